import type { Clock, Timer } from "../../base/clock.ts";
import type { KillRecord } from "../checkpoint/checkpoint.ts";

/**
 * SIGTERM, and SIGKILL when the grace period is over. Further kills may shorten the grace period, counted from the first one; they never
 * lengthen it, because schedulers repeat their kills.
 *
 * Source: `kill` and `escalated` of Mesos's `src/launcher/executor.cpp`.
 */
export class KillEscalation {
  readonly #clock: Clock;
  readonly #signal: (name: "SIGTERM" | "SIGKILL") => void;
  #record: KillRecord;
  #timer: Timer | undefined;

  constructor(clock: Clock, record: KillRecord, signal: (name: "SIGTERM" | "SIGKILL") => void) {
    this.#clock = clock;
    this.#record = record;
    this.#signal = signal;
  }

  get record(): KillRecord {
    return this.#record;
  }

  /** Sends the first signal. Also after the agent's restart: the last one may have ended before it did. */
  begin(): void {
    this.#arm();
    this.#signal("SIGTERM");
  }

  /** Returns whether the grace period is shorter now. */
  shorten(gracePeriodMs: number): boolean {
    if (gracePeriodMs >= this.#record.gracePeriodMs) return false;
    this.#record = { ...this.#record, gracePeriodMs };
    if (this.#timer !== undefined) this.#arm();
    return true;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.cancel();
    const remainingMs = this.#record.startedMs + this.#record.gracePeriodMs - this.#clock.now();
    // a clock that was set back must not lengthen the grace period
    const delayMs = Math.min(Math.max(0, remainingMs), this.#record.gracePeriodMs);
    this.#timer = this.#clock.after(delayMs, () => this.#signal("SIGKILL"));
  }
}
