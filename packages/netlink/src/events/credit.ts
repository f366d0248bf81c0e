const IN_FLIGHT = 0;
const CLOSED = 1;

/** How many batches of events may wait for the one who reads them; shared by the two threads. */
export class Credit {
  readonly shared: SharedArrayBuffer;
  readonly #state: Int32Array<SharedArrayBuffer>;
  readonly #max: number;

  constructor(max: number, shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#state = new Int32Array(shared);
    this.#max = max;
  }

  /** Blocks the calling thread until one more may wait; false when nobody will read it any more. */
  take(): boolean {
    for (;;) {
      if (Atomics.load(this.#state, CLOSED) === 1) return false;
      const inFlight = Atomics.load(this.#state, IN_FLIGHT);
      if (inFlight < this.#max) break;
      Atomics.wait(this.#state, IN_FLIGHT, inFlight);
    }
    Atomics.add(this.#state, IN_FLIGHT, 1);
    return true;
  }

  /** One was read. */
  give(): void {
    Atomics.sub(this.#state, IN_FLIGHT, 1);
    Atomics.notify(this.#state, IN_FLIGHT);
  }

  /** Nobody reads any more. */
  close(): void {
    Atomics.store(this.#state, CLOSED, 1);
    // what waits for another number of them looks again
    this.give();
  }
}
