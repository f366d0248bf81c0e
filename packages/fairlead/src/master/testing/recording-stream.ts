import type { EventStream } from "../../base/event-stream.ts";

/** A stream that keeps what was sent, in the place of a connection. */
export class RecordingStream<Event> implements EventStream<Event> {
  readonly events: Event[] = [];
  isEnded = false;
  readonly #onEvent: (event: Event) => void;

  constructor(onEvent: (event: Event) => void = () => {}) {
    this.#onEvent = onEvent;
  }

  get ended(): boolean {
    return this.isEnded;
  }

  send(event: Event): void {
    if (this.isEnded) return;
    this.events.push(event);
    this.#onEvent(event);
  }

  end(): void {
    this.isEnded = true;
  }
}
