import { renameSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { countFrom } from "./count.ts";

/** How far a stream has come, and what broke it. */
export interface Progress {
  readonly bytes: number;
  readonly failure?: string;
}

/** One TCP connection to a `byte-source.ts`, every byte of which is checked. */
export class ByteReader {
  readonly #socket: Socket;
  #bytes = 0;
  #failure: string | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error.message));
    socket.on("close", () => this.#fail("the stream has ended"));
  }

  /** Tries until the source listens. */
  static async open(host: string, port: number): Promise<ByteReader> {
    for (;;) {
      const socket = connect({ host, port });
      const opened = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      });
      if (opened) return new ByteReader(socket);
      await delay(50);
    }
  }

  get progress(): Progress {
    return { bytes: this.#bytes, ...(this.#failure === undefined ? {} : { failure: this.#failure }) };
  }

  close(): void {
    this.#socket.removeAllListeners("close").destroy();
  }

  #take(chunk: Buffer): void {
    if (!chunk.equals(countFrom(this.#bytes, chunk.length)))
      this.#fail(`bytes are lost after the first ${this.#bytes}`);
    this.#bytes += chunk.length;
  }

  #fail(what: string): void {
    this.#failure ??= what;
  }
}

// run as a task, it notes how far it is in the file `progress` of its sandbox
if (import.meta.main) {
  const [, , host, port] = process.argv;
  const reader = await ByteReader.open(host!, Number(port));
  setInterval(() => {
    writeFileSync("progress.new", JSON.stringify(reader.progress));
    renameSync("progress.new", "progress");
  }, 50);
}
