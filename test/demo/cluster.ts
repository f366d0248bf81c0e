import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Milliseconds in which `fairlead local` promises to leave; then it is killed, and the demo has failed. */
const STOP_TIMEOUT_MS = 15_000;

const FAIRLEAD = join(import.meta.dirname, "../../bin/fairlead");

/** A `fairlead local` that runs as a process of its own. */
export class Cluster {
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | undefined>;
  /** `host:port` of the master. */
  readonly master: string;

  private constructor(process: ChildProcess, exited: Promise<number | undefined>, master: string) {
    this.#process = process;
    this.#exited = exited;
    this.master = master;
  }

  /** Starts it and waits for its `ready` line; its log goes to `logFile`. */
  static async start(flags: readonly string[], logFile: string, signal: AbortSignal): Promise<Cluster> {
    const child = spawn(FAIRLEAD, ["local", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.pipe(createWriteStream(logFile));
    const exited = once(child, "exit").then(([code]) => (typeof code === "number" ? code : undefined));
    try {
      for await (const line of createInterface({ input: child.stdout, signal })) {
        const url = /^ready http:\/\/(.+)$/.exec(line)?.[1];
        if (url !== undefined) {
          child.stdout.resume();
          return new Cluster(child, exited, url);
        }
      }
      signal.throwIfAborted();
      throw new Error(`fairlead local ended with status ${await exited} before it was ready`);
    } catch (error) {
      await stop(child, exited);
      throw error;
    }
  }

  /** Tells it to stop as a terminal would; rejects unless it leaves in time with status 0. */
  async stop(): Promise<void> {
    const code = await stop(this.#process, this.#exited);
    if (code !== 0) throw new Error(`fairlead local ended with status ${code ?? "none, it had to be killed"}`);
  }
}

async function stop(child: ChildProcess, exited: Promise<number | undefined>): Promise<number | undefined> {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}
