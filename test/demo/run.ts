import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);

/** Milliseconds. None of the programs that the demo runs has more to do than a look at the kernel. */
const RUN_TIMEOUT_MS = 10_000;

/** Runs a program and gives what it printed; rejects with what it said on stderr. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execFileAsync(program, args, { timeout: RUN_TIMEOUT_MS, killSignal: "SIGKILL" });
  return stdout;
}
