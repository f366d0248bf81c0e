import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { NetworkNamespace } from "@fairlead/netlink";

/** Where everybody who lives in a namespace serves, over TCP and UDP. */
export const RESIDENT_PORT = 8080;

export interface Probe {
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
}

export interface ResidentRequest {
  readonly id: number;
  readonly probes: readonly Probe[];
}

interface ResidentAnswer {
  readonly id: number;
  readonly answers: readonly string[];
}

/** Somebody who lives in a network namespace, and says whom he sees. */
export class Resident {
  readonly #worker: Worker;
  #nextId = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(namespacePath: string, name: string): Promise<Resident> {
    using namespace = NetworkNamespace.open(namespacePath);
    const thread = new URL("./resident-thread.js", import.meta.url);
    // a thread begins in the namespace of the one that starts it
    const worker = namespace.enter(() => new Worker(thread, { workerData: { name, port: RESIDENT_PORT } }));
    await once(worker, "message");
    return new Resident(worker);
  }

  /** What comes back from each: who answered and whom he saw, or the error's code, or `silence`. */
  async tryAll(probes: readonly Probe[]): Promise<readonly string[]> {
    const id = this.#nextId++;
    this.#worker.postMessage({ id, probes } satisfies ResidentRequest);
    for (;;) {
      const [answer]: ResidentAnswer[] = await once(this.#worker, "message");
      if (answer?.id === id) return answer.answers;
    }
  }

  /** The namespace loses its last thread by it. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
