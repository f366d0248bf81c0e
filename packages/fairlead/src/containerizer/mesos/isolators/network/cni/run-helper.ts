import { execFile } from "node:child_process";
import { HELPER_TIMEOUT_MS, MAX_HELPER_OUTPUT_BYTES } from "./limits.ts";

/** Runs a program of the system to its end, and gives what it printed. */
export function runHelper(argv: readonly string[], stdin = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const [file = "", ...args] = argv;
    const child = execFile(
      file,
      args,
      { timeout: HELPER_TIMEOUT_MS, maxBuffer: MAX_HELPER_OUTPUT_BYTES, killSignal: "SIGKILL" },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr.trim() || error.message))),
    );
    // EPIPE: it may end without reading; its exit status tells what that means
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin);
  });
}
