import { ISOLATORS } from "../../containerizer/mesos/isolation.ts";
import { AGENT_FLAGS } from "./agent-flags.ts";
import { EXECUTE_FLAGS, LIST_FLAGS } from "./execute-flags.ts";
import type { FlagSpec, FlagTable } from "./flag.ts";
import { LOCAL_FLAGS } from "./local-flags.ts";
import { MASTER_FLAGS } from "./master-flags.ts";

const INTRODUCTION = `# Flags

<!-- Made from the tables in packages/fairlead/src/cli/flags by script/docs; a test keeps both in step. -->

Every flag of Mesos is known. A flag is either served, or taken without effect because nobody is worse off for it (one line
in the log says so), or refused with the reason: starting would pretend to have what it asks for.

- \`--name=value\` and \`--name value\` are the same; a boolean is switched by \`--name\` and \`--no-name\`. Hyphens are as good
  as underscores.
- \`MESOS_NAME\` and \`FAIRLEAD_NAME\` in the environment stand for \`--name\`; the command line wins, then \`FAIRLEAD_\`. The
  addresses are also read from \`LIBPROCESS_IP\`, \`LIBPROCESS_PORT\`, \`LIBPROCESS_ADVERTISE_IP\` and
  \`LIBPROCESS_ADVERTISE_PORT\`; \`LIBPROCESS_SSL_ENABLED\` is refused, because there is no TLS yet.
- A value \`file:///path\` stands for the content of that file; for a flag that takes a path it is that path.
- Durations are written \`500ms\`, \`15secs\`, \`10mins\`, \`1hrs\`, \`2weeks\`; amounts of bytes \`512KB\`, \`16MB\`, in powers of 1024.
- An unknown flag ends the start, with a suggestion; an unknown variable of the environment is ignored.
- \`/flags\`, and \`flags\` in \`/state\`, show every flag that has a value.
`;

/** The text of docs/flags.md. */
export function flagsPage(): string {
  const own = <Table extends FlagTable>(table: Table, ...others: FlagTable[]) =>
    Object.fromEntries(Object.entries(table).filter(([name, spec]) => !others.some((other) => other[name] === spec)));
  return [
    INTRODUCTION,
    chapter("fairlead master", MASTER_FLAGS),
    chapter("fairlead agent", AGENT_FLAGS),
    chapter(
      "fairlead local",
      own(LOCAL_FLAGS, MASTER_FLAGS, AGENT_FLAGS),
      "All flags of master and agent; one that both have goes to both. In addition, or with another meaning:",
    ),
    isolators(),
    chapter("fairlead execute", EXECUTE_FLAGS),
    chapter("fairlead task list, fairlead agent list", LIST_FLAGS),
  ].join("\n");
}

function isolators(): string {
  const here = ISOLATORS.filter(({ refused }) => refused === undefined).map(({ name }) => code(name));
  const refused = ISOLATORS.filter(({ refused }) => refused !== undefined);
  return [
    "## Isolators\n",
    `Here, in the order in which they prepare a container: ${here.join(", ")}. A start with another name in`,
    "`--isolation` is refused (`ISOLATION_INVALID`).\n",
    tableOf(["refused", "why"], refused, ({ name, refused: why }) => [code(name), why ?? ""]),
  ].join("\n");
}

function chapter(title: string, table: FlagTable, introduction?: string): string {
  const rows = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [`## ${title}\n`];
  if (introduction !== undefined) parts.push(`${introduction}\n`);
  parts.push(
    tableOf(["flag", "value", "default", "meaning"], rows, ([name, spec]) =>
      spec.standing.is === "served" ? [nameOf(name, spec), spec.kind.word, code(spec.default), spec.help] : undefined,
    ),
  );
  const withoutEffect = tableOf(["taken, without effect", "value", "why"], rows, ([name, spec]) =>
    spec.standing.is === "accepted" ? [nameOf(name, spec), spec.kind.word, spec.standing.why] : undefined,
  );
  const refused = tableOf(["refused", "but for", "why", "error"], rows, ([name, { standing, ...spec }]) =>
    standing.is === "refused"
      ? [nameOf(name, spec), standing.unless.map(code).join(", "), standing.why, code(standing.code)]
      : undefined,
  );
  return [...parts, withoutEffect, refused].filter((part) => part !== "").join("\n");
}

function nameOf(name: string, { aliases = [] }: Pick<FlagSpec, "aliases">): string {
  return [name, ...aliases].map((each) => `\`--${each}\``).join(", ");
}

function code(text: string | undefined): string {
  return text === undefined ? "" : `\`${text}\``;
}

function tableOf<Row>(
  head: readonly string[],
  rows: readonly Row[],
  cells: (row: Row) => string[] | undefined,
): string {
  const lines = rows.map(cells).filter((row) => row !== undefined);
  if (lines.length === 0) return "";
  // A bar in a cell would end it, even within code.
  const line = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n")}\n`;
}
