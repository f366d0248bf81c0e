import type { FrameworkId, TaskId, TaskStatus } from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { UpdateStream } from "./update-stream.ts";

/** An update that somebody acknowledged; see {@link UpdateStream.beginAcknowledgement}. */
export interface Acknowledgement {
  readonly status: TaskStatus;
  /** The update is forgotten and the next one sent. */
  done(): void;
  /** It could not be stored that the update was acknowledged: as if nothing had come. */
  failed(): void;
}

/** The update streams of all tasks, one for each. */
export class UpdateStreams {
  readonly #clock: Clock;
  readonly #send: (frameworkId: FrameworkId, taskId: TaskId, status: TaskStatus) => void;
  readonly #streams = new Map<FrameworkId, Map<TaskId, UpdateStream>>();
  #paused = true;

  /** Begins paused: there is no master yet. */
  constructor(clock: Clock, send: (frameworkId: FrameworkId, taskId: TaskId, status: TaskStatus) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** How many updates wait for their acknowledgement. */
  get pending(): number {
    return [...this.#all()].reduce((sum, stream) => sum + stream.pending.length, 0);
  }

  /** The update of a task whose acknowledgement is on its way to the disk. */
  acknowledging(frameworkId: FrameworkId, taskId: TaskId): TaskStatus | undefined {
    return this.#streams.get(frameworkId)?.get(taskId)?.acknowledging;
  }

  pause(): void {
    this.#paused = true;
    for (const stream of this.#all()) stream.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const stream of this.#all()) stream.resume();
  }

  /** A framework has come back: what it has not acknowledged is sent at once. */
  sendAgain(frameworkId: FrameworkId): void {
    if (this.#paused) return;
    for (const stream of this.#streams.get(frameworkId)?.values() ?? []) stream.resume();
  }

  append(frameworkId: FrameworkId, taskId: TaskId, status: TaskStatus): void {
    this.#stream(frameworkId, taskId).append(status);
  }

  beginAcknowledgement(frameworkId: FrameworkId, taskId: TaskId, uuid: Uint8Array): Acknowledgement | undefined {
    const stream = this.#streams.get(frameworkId)?.get(taskId);
    const status = stream?.beginAcknowledgement(uuid);
    if (stream === undefined || status === undefined) return undefined;
    return {
      status,
      done: () => {
        stream.acknowledged();
        if (stream.pending.length === 0) this.#remove(frameworkId, taskId, stream);
      },
      failed: () => stream.notAcknowledged(),
    };
  }

  /** Forgets all updates of a framework. */
  remove(frameworkId: FrameworkId): void {
    for (const stream of this.#streams.get(frameworkId)?.values() ?? []) stream.close();
    this.#streams.delete(frameworkId);
  }

  close(): void {
    for (const frameworkId of [...this.#streams.keys()]) this.remove(frameworkId);
  }

  *#all(): Iterable<UpdateStream> {
    for (const streams of this.#streams.values()) yield* streams.values();
  }

  #stream(frameworkId: FrameworkId, taskId: TaskId): UpdateStream {
    const streams = this.#streams.get(frameworkId) ?? new Map<TaskId, UpdateStream>();
    this.#streams.set(frameworkId, streams);
    const known = streams.get(taskId);
    if (known !== undefined) return known;
    const stream = new UpdateStream(this.#clock, this.#paused, (status) => this.#send(frameworkId, taskId, status));
    streams.set(taskId, stream);
    return stream;
  }

  /** The framework may have been removed, and come again, while the acknowledgement was stored. */
  #remove(frameworkId: FrameworkId, taskId: TaskId, stream: UpdateStream): void {
    const streams = this.#streams.get(frameworkId);
    if (streams?.get(taskId) !== stream) return;
    streams.delete(taskId);
    if (streams.size === 0) this.#streams.delete(frameworkId);
  }
}
