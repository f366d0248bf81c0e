import type { Clock } from "../../base/clock.ts";
import { START_PAUSES_MS } from "./limits.ts";

/** Keeps something from being started again and again that dies at once. */
export class StartPauses {
  readonly #clock: Clock;
  #failures = 0;
  #untilMs = 0;
  #reason: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why it must not be started now; undefined where it may be. */
  get reason(): string | undefined {
    return this.#clock.monotonic() < this.#untilMs ? this.#reason : undefined;
  }

  failed(reason: string): void {
    const pauseMs = START_PAUSES_MS[Math.min(this.#failures, START_PAUSES_MS.length - 1)] ?? 0;
    this.#failures++;
    this.#untilMs = this.#clock.monotonic() + pauseMs;
    this.#reason = reason;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#untilMs = 0;
  }
}
