import type { TaskStatus } from "@fairlead/mesos-api";
import type { Clock, Timer } from "../../base/clock.ts";
import { UPDATE_RETRY_MAX_MS, UPDATE_RETRY_MIN_MS } from "../limits.ts";

/**
 * The updates of one task on their way to the scheduler: the first of them is sent, and again after 10 s, 20 s, … 10 min, until it is
 * acknowledged; then the next.
 *
 * Source: `TaskStatusUpdateStream` of Mesos's `src/slave/task_status_update_manager.cpp`.
 */
export class UpdateStream {
  readonly #clock: Clock;
  readonly #send: (status: TaskStatus) => void;
  readonly #pending: TaskStatus[] = [];
  #paused: boolean;
  #timer: Timer | undefined;
  #acknowledging = false;

  constructor(clock: Clock, paused: boolean, send: (status: TaskStatus) => void) {
    this.#clock = clock;
    this.#paused = paused;
    this.#send = send;
  }

  get pending(): readonly TaskStatus[] {
    return this.#pending;
  }

  /** The update whose acknowledgement is on its way to the disk. */
  get acknowledging(): TaskStatus | undefined {
    return this.#acknowledging ? this.#pending[0] : undefined;
  }

  append(status: TaskStatus): void {
    this.#pending.push(status);
    if (this.#pending.length === 1) this.#sendFirst();
  }

  /** Nobody listens: nothing is sent until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#timer?.cancel();
  }

  /** Somebody listens again: the first update is sent at once. */
  resume(): void {
    this.#paused = false;
    this.#sendFirst();
  }

  /**
   * The update that this acknowledgement is for; undefined if it is not the one that waits, or if it is being acknowledged already.
   * `acknowledged` must follow, once it is on disk, or `notAcknowledged`.
   */
  beginAcknowledgement(uuid: Uint8Array): TaskStatus | undefined {
    const first = this.#pending[0];
    if (first === undefined || this.#acknowledging || !Buffer.from(first.uuid).equals(uuid)) return undefined;
    this.#acknowledging = true;
    return first;
  }

  acknowledged(): void {
    this.#acknowledging = false;
    this.#pending.shift();
    this.#sendFirst();
  }

  notAcknowledged(): void {
    this.#acknowledging = false;
  }

  close(): void {
    this.pause();
    this.#pending.length = 0;
  }

  #sendFirst(delayMs = UPDATE_RETRY_MIN_MS): void {
    this.#timer?.cancel();
    const first = this.#pending[0];
    if (first === undefined || this.#paused) return;
    this.#timer = this.#clock.after(delayMs, () => this.#sendFirst(Math.min(delayMs * 2, UPDATE_RETRY_MAX_MS)));
    this.#send(first);
  }
}
