import type { EventStream } from "../../base/event-stream.ts";
import { MAX_EVENTS_BEFORE_OPEN } from "./limits.ts";

/**
 * A stream that can be written to before the connection behind it is open.
 *
 * The core decides on a subscription, and sends its first events, before the header of the answer can be written: the header tells the
 * decision.
 */
export class PendingStream<Event> implements EventStream<Event> {
  #events: Event[] = [];
  #ended = false;
  #target: EventStream<Event> | undefined;

  get ended(): boolean {
    return this.#ended || this.#target?.ended === true;
  }

  send(event: Event): void {
    if (this.#target !== undefined) {
      this.#target.send(event);
    } else if (this.#events.length === MAX_EVENTS_BEFORE_OPEN) {
      this.end();
    } else if (!this.#ended) {
      this.#events.push(event);
    }
  }

  end(): void {
    this.#ended = true;
    this.#target?.end();
  }

  /** Hands everything so far, and from now on, to `target`. */
  open(target: EventStream<Event>): void {
    this.#target = target;
    for (const event of this.#events) target.send(event);
    this.#events = [];
    if (this.#ended) target.end();
  }
}
