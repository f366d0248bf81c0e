import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { NamespaceCall, VerbAnswer, VerbCall, VerbReply, VerbRequest } from "./verbs.ts";

interface VerbServerOptions {
  readonly host: string;
  readonly directory: string;
  /** How many namespaces the network thread makes ahead. */
  readonly poolSize: number;
}

/** A process in the network namespace of a world's host, with its own /var/lib and /run: what an agent is on its machine. */
export class VerbServer {
  readonly #process: ChildProcess;
  readonly #ready: Promise<void>;
  #nextId = 0;

  constructor({ host, directory, poolSize }: VerbServerOptions) {
    const script = `mount --bind "$0/var-lib" /var/lib && mount --bind "$0/run" /run && exec "$@"`;
    const node = [
      process.execPath,
      ...process.execArgv,
      join(import.meta.dirname, "verbs-process.ts"),
      String(poolSize),
    ];
    const own = ["--mount", "--propagation", "unchanged", "--", "/bin/sh", "-c", script, directory, ...node];
    this.#process = spawn("nsenter", [`--net=${host}`, "--", "unshare", ...own], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process.setMaxListeners(Number.POSITIVE_INFINITY);
    this.#ready = this.#reply((reply) => "ready" in reply).then(() => {});
    this.#ready.catch(() => {});
  }

  async call(call: VerbCall | NamespaceCall): Promise<VerbAnswer> {
    await this.#ready;
    const id = this.#nextId++;
    const reply = this.#reply((candidate) => "id" in candidate && candidate.id === id);
    this.#process.send({ id, call } satisfies VerbRequest);
    const found = await reply;
    if (!("answer" in found)) throw new Error("bug: a reply without an answer");
    return found.answer;
  }

  async callAndKill(call: VerbCall, afterMs: number): Promise<boolean> {
    await this.#ready;
    const ended = once(this.#process, "exit");
    let isAnswered = false;
    const answer = this.call(call).then(
      () => {
        isAnswered = true;
      },
      () => {},
    );
    await delay(afterMs);
    this.#process.kill("SIGKILL");
    await Promise.all([ended, answer]);
    return isAnswered;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  async #reply(isWanted: (reply: VerbReply) => boolean): Promise<VerbReply> {
    const { promise, resolve, reject } = Promise.withResolvers<VerbReply>();
    const onMessage = (reply: VerbReply) => {
      if (isWanted(reply)) resolve(reply);
    };
    const onExit = () => reject(new Error("the process that serves the verbs has ended"));
    this.#process.on("message", onMessage);
    this.#process.once("exit", onExit);
    try {
      return await promise;
    } finally {
      this.#process.off("message", onMessage);
      this.#process.off("exit", onExit);
    }
  }
}
