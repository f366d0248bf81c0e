import type { FlagSpec, FlagTable } from "./flag.ts";

const COLUMNS = 100;
const INDENT = "      ";

/** What `--help` prints: the flags that are served, each with its value, default and meaning; then the names of the others. */
export function helpText(usage: string, about: string, table: FlagTable): string {
  const rows = Object.entries(table);
  const named = (standing: string) =>
    rows.filter(([, spec]) => spec.standing.is === standing).map(([name]) => `--${name}`);
  const parts = [`Usage: ${usage}`, wrap(about, ""), "Flags:"];
  for (const [name, spec] of rows) {
    if (spec.standing.is === "served") parts.push(`  ${heading(name, spec)}\n${wrap(spec.help, INDENT)}`);
  }
  const others = [
    ["Taken, without effect here", named("accepted")],
    ["Refused, because what they ask for is not there", named("refused")],
  ] as const;
  for (const [title, names] of others) {
    if (names.length > 0) parts.push(`${title} (docs/flags.md tells why):\n${wrap(names.join(" "), "  ")}`);
  }
  return `${parts.join("\n\n")}\n`;
}

function heading(name: string, spec: FlagSpec): string {
  if (spec.kind.word === "boolean") return spec.default === "true" ? `--[no-]${name}  (on)` : `--${name}`;
  return `--${name}=<${spec.kind.word}>${spec.default === undefined ? "" : `  (${spec.default})`}`;
}

function wrap(text: string, indent: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    if (last !== "" && indent.length + last.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line) => indent + line).join("\n");
}
