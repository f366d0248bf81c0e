import { runBounded } from "@fairlead/cni/run-bounded";
import { errorText, FairleadError } from "./errors.ts";
import { COMMAND_MAX_OUTPUT_BYTES, COMMAND_TIMEOUT_MS, MAX_QUOTED_CHARS } from "./limits.ts";

/** The program, which may be found in PATH, and its arguments. */
export type Argv = readonly [program: string, ...args: string[]];

export interface CommandOptions {
  /** The whole environment; PATH and LC_ALL=C if not given: a helper has no business with what the agent was given, its secrets least. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** `/` if not given. */
  readonly cwd?: string;
  /** When it has passed, the whole process group gets SIGKILL; 30 s if not given. */
  readonly timeoutMs?: number;
  /** Of each of stdout and stderr; 1 MiB if not given. */
  readonly maxOutputBytes?: number;
}

/** How a program ended by itself: with an exit code, or by a signal. */
export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What runs helper programs: {@link runCommand}, or a recording of it in tests. */
export type RunCommand = (argv: Argv, options?: CommandOptions) => Promise<CommandResult>;

/**
 * Runs a helper program in a process group of its own, until it is gone and its output is read; whatever its exit code is, it is a result.
 *
 * A program that leaves others behind which hold its output does not end before them: it is not for daemons. Errors: EXEC_FAILED (it cannot
 * be started), EXEC_TIMEOUT, EXEC_OUTPUT_TOO_LARGE.
 */
export async function runCommand(argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
  const maxOutputBytes = options.maxOutputBytes ?? COMMAND_MAX_OUTPUT_BYTES;
  const run = { file, args, env: options.env ?? helperEnvironment(), stdin: options.stdin ?? "", cwd: options.cwd };
  const end = await runBounded({ ...run, timeoutMs, maxOutputBytes }).catch((cause: unknown) => {
    throw new FairleadError("EXEC_FAILED", `cannot run ${file}: ${errorText(cause)}`, { data: { argv }, cause });
  });
  const stdout = end.stdout.toString();
  const stderr = end.stderr.toString();
  switch (end.how) {
    case "timeout":
      throw new FairleadError("EXEC_TIMEOUT", `${file} did not end within ${timeoutMs} ms${said(stdout, stderr)}`, {
        data: { argv, timeoutMs },
      });
    case "overflow":
      throw new FairleadError("EXEC_OUTPUT_TOO_LARGE", `${file} printed more than ${maxOutputBytes} bytes`, {
        data: { argv, maxOutputBytes },
      });
    default:
      return { code: end.exitCode, signal: end.signalName, stdout, stderr };
  }
}

/**
 * The result of a program that has to succeed. Errors: EXEC_FAILED where it did not, with what the program said; and those of `run`.
 */
export async function expectSuccess(
  argv: Argv,
  options?: CommandOptions,
  run: RunCommand = runCommand,
): Promise<CommandResult> {
  const result = await run(argv, options);
  if (result.code === 0) return result;
  const { code, signal, stdout, stderr } = result;
  const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  throw new FairleadError("EXEC_FAILED", `${argv.join(" ")} ${how}${said(stdout, stderr)}`, {
    data: { argv, code, signal, stderr },
  });
}

/** The administrators' programs are found also where the agent was started with a user's PATH. */
function helperEnvironment(): Record<string, string> {
  const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
  return { PATH: `${path}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: "C" };
}

/** The end of what a program printed, which tells why it failed; programs that do not use stderr tell it on stdout. */
function said(stdout: string, stderr: string): string {
  const text = (stderr.trim() || stdout.trim()).slice(-MAX_QUOTED_CHARS);
  return text === "" ? "" : `: ${text}`;
}
