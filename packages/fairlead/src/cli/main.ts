import { Command } from "commander";
import { FairleadError } from "../base/errors.ts";
import { versionLine } from "./commands/parse-command.ts";
import { fatalLine } from "./fatal.ts";

/** Runs a command with the arguments that follow its name; resolves with the exit status. */
type Run = (argv: readonly string[]) => Promise<number>;

/** What each command is, and where; only the one that is asked for is loaded. */
const COMMANDS: readonly (readonly [path: string, about: string, load: () => Promise<Run>])[] = [
  ["master", "Run a master.", async () => (await import("./commands/master.ts")).runMaster],
  ["agent", "Run an agent.", async () => (await import("./commands/agent.ts")).runAgent],
  ["local", "Run a master and agents in one process.", async () => (await import("./commands/local.ts")).runLocal],
  ["execute", "Run one task and print its output.", async () => (await import("./commands/execute.ts")).runExecute],
  ["task list", "List tasks.", async () => (await import("./commands/task-list.ts")).runTaskList],
  ["agent list", "List agents.", async () => (await import("./commands/agent-list.ts")).runAgentList],
];

// Without listeners a reader that has gone, or a full disk, would be the end of a process that has more to do than to print.
let unwritten: Error | undefined;
process.stdout.on("error", ({ message }) => {
  unwritten ??= new FairleadError("OUTPUT_FAILED", `not everything could be printed: ${message}`);
});
process.stderr.on("error", () => {});

const program = new Command("fairlead")
  .description("A cluster manager compatible with Apache Mesos, whose containers get real IP networks.")
  .version(versionLine(), "--version", "Print the version.")
  .helpOption("--help", "Print this help.")
  .helpCommand(false)
  .enablePositionalOptions();

for (const [path, about, load] of COMMANDS) {
  const words = path.split(" ");
  const name = words.pop()!;
  const parent = words.length === 0 ? program : commandNamed(words[0]!);
  (parent.commands.find((command) => command.name() === name) ?? parent.command(name))
    .description(about)
    .argument("[flags...]", "see --help of the command")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (argv: string[]) => {
      // A command that is over has closed what it opened; a connection that others keep alive must not keep the process.
      try {
        const status = await (await load())(argv);
        // what the last write met comes with the next turn of the event loop
        await new Promise(setImmediate);
        if (unwritten !== undefined) throw unwritten;
        process.exit(status);
      } catch (error) {
        process.stderr.write(`${fatalLine(`fairlead ${path}`, error)}\n`);
        process.exit(1);
      }
    });
}

function commandNamed(name: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program.command(name).description(`Commands on ${name}s.`)
  );
}

await program.parseAsync();
