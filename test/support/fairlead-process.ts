import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The program as an operator starts it. */
export const FAIRLEAD = new URL("../../bin/fairlead", import.meta.url).pathname;

/** A running `bin/fairlead`, as an operator would start it. Its log is kept for assertions and for the message of a failure. */
export class FairleadProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #ended = false;

  constructor(command: string, flags: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(FAIRLEAD, [command, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.#lines.push(line);
        this.#wake();
      });
    }
    this.exited = once(this.#child, "close").then(([code, signal]) => {
      this.#ended = true;
      this.#wake();
      return { code, signal };
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get log(): readonly string[] {
    return this.#lines;
  }

  /** The first line, of those from `from` on, that matches; rejects with the whole log when the process ends without one. */
  async line(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (let next = from; ; ) {
      for (; next < this.#lines.length; next++) {
        const match = pattern.exec(this.#lines[next]!);
        if (match !== null) return match;
      }
      if (this.#ended) throw new Error(`fairlead ended without ${pattern}:\n${this.#lines.join("\n")}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (!this.#ended) {
      this.#child.kill(signal);
      // one that a test has stopped would not take it
      this.#child.kill("SIGCONT");
    }
    return await this.exited;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
