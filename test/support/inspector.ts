import { setTimeout as delay } from "node:timers/promises";

/** Where Node listens for a debugger after SIGUSR1; the namespace of the test file makes the port free. */
const INSPECTOR = "http://127.0.0.1:9229/json/list";

/** The environment of a process whose debugger listens from the start. */
export const INSPECTED = { NODE_OPTIONS: "--inspect=127.0.0.1:9229" };

/** Looks into a running Node process, without its help: the debugger's protocol, switched on by a signal. */
export class Inspector {
  readonly #socket: WebSocket;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async attach(pid: number): Promise<Inspector> {
    process.kill(pid, "SIGUSR1");
    return await Inspector.connect();
  }

  /** To a process that was started with {@link INSPECTED}: an agent takes the signal for its own. */
  static async connect(): Promise<Inspector> {
    for (;;) {
      const answer = await fetch(INSPECTOR).catch(() => undefined);
      if (answer?.ok) {
        const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
        const socket = new WebSocket(target!.webSocketDebuggerUrl);
        await new Promise((resolve, reject) => {
          socket.onopen = resolve;
          socket.onerror = reject;
        });
        return new Inspector(socket);
      }
      await delay(20);
    }
  }

  /** Bytes of living objects after a full collection. */
  async heapAfterCollection(): Promise<number> {
    // twice: finalizers of the first may free more
    await this.#call("HeapProfiler.collectGarbage");
    await this.#call("HeapProfiler.collectGarbage");
    const { usedSize } = (await this.#call("Runtime.getHeapUsage")) as { usedSize: number };
    return usedSize;
  }

  /** What keeps the event loop alive, by kind, such as `Timeout` or `TCPSocketWrap`. */
  async activeResources(): Promise<ReadonlyMap<string, number>> {
    const { result } = (await this.#call("Runtime.evaluate", {
      expression: "process.getActiveResourcesInfo().join()",
    })) as { result: { value: string } };
    const counts = new Map<string, number>();
    for (const kind of result.value.split(",")) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const onMessage = (event: MessageEvent): void => {
        const message = JSON.parse(String(event.data)) as {
          id?: number;
          result?: unknown;
          error?: { message: string };
        };
        if (message.id !== id) return;
        this.#socket.removeEventListener("message", onMessage);
        if (message.error !== undefined) reject(new Error(`${method}: ${message.error.message}`));
        else resolve(message.result);
      };
      this.#socket.addEventListener("message", onMessage);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
