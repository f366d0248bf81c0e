import { failure } from "../plugin/plugin-error.ts";
import type { HostFamily } from "./host-table.ts";
import { type RunProgram, runProgram } from "./run-program.ts";

/** Over nf_tables, or the kernel's older tables: rules of one do not show in the other, and both are in force. */
export type IptablesKind = "nf_tables" | "legacy";

/** The lines of one table, as `iptables-save` has them. */
export interface IptablesTable {
  /** Those of users, not `FORWARD` and the like. */
  readonly chains: ReadonlySet<string>;
  /** `-A CHAIN …`, in their order. */
  readonly rules: readonly string[];
}

/** One of the iptables commands of the host. */
export interface IptablesCommand {
  readonly kind: IptablesKind;
  /** Reads a table. */
  save(table: string): IptablesTable;
  /** Carries out lines like `-A CHAIN …`, `-D …`, `:CHAIN - [0:0]` in one table, all or none. */
  restore(table: string, lines: readonly string[]): void;
}

/**
 * The iptables commands of the host, for what only they can do: rules in the tables that others manage with them.
 *
 * Each run takes milliseconds and blocks the thread, so look by netlink first whether one is needed. Errors: code 999 with what the command said.
 */
export class Iptables {
  readonly #run: RunProgram;
  readonly #found = new Map<string, IptablesCommand>();

  constructor(run: RunProgram = runProgram) {
    this.#run = run;
  }

  /** What `iptables` means on this host; undefined where it is not installed. Looked for until it is found. */
  preferred(family: HostFamily): IptablesCommand | undefined {
    return this.#find(commandName(family));
  }

  /** The command for one kind; undefined where there is none. Looked for until it is found. */
  ofKind(family: HostFamily, kind: IptablesKind): IptablesCommand | undefined {
    const preferred = this.preferred(family);
    if (preferred?.kind === kind) return preferred;
    const other = this.#find(`${commandName(family)}-${kind === "nf_tables" ? "nft" : "legacy"}`);
    return other?.kind === kind ? other : undefined;
  }

  #find(name: string): IptablesCommand | undefined {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const version = this.#run(name, ["--version"]);
    if (version?.status !== 0) return undefined;
    // before there were two kinds, there was no word for it
    const command = this.#command(name, version.stdout.includes("nf_tables") ? "nf_tables" : "legacy");
    this.#found.set(name, command);
    return command;
  }

  #command(name: string, kind: IptablesKind): IptablesCommand {
    const run = (file: string, args: readonly string[], input?: string): string => {
      const result = this.#run(file, args, input);
      if (result?.status === 0) return result.stdout;
      throw failure(`running ${file} ${args.join(" ")} failed: ${result?.stderr.trim() ?? "it is not installed"}`);
    };
    return {
      kind,
      save: (table) => parseTable(run(`${name}-save`, ["-t", table])),
      restore: (table, lines) => {
        run(`${name}-restore`, ["--noflush", "--wait"], `*${table}\n${lines.join("\n")}\nCOMMIT\n`);
      },
    };
  }
}

function parseTable(text: string): IptablesTable {
  const lines = text.split("\n");
  const chains = lines.flatMap((line) => /^:(\S+) - /.exec(line)?.[1] ?? []);
  return { chains: new Set(chains), rules: lines.filter((line) => line.startsWith("-A ")) };
}

function commandName(family: HostFamily): string {
  return family === "ip" ? "iptables" : "ip6tables";
}
