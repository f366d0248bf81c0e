/**
 * The receiving end of a stream of events: a framework, an agent or an operator that holds a connection.
 *
 * The core writes to it without waiting. What lies behind may be slow or gone: a stream whose unread bytes exceed their bound ends itself, and
 * its owner hears of it as of any other disconnection.
 */
export interface EventStream<Event> {
  /** Whether nothing that is sent now goes anywhere: the owner may hear of the end a little later. */
  readonly ended: boolean;
  /** Queues `event`; does nothing when the stream has ended. Never throws. */
  send(event: Event): void;
  /** Ends the stream after what was sent; idempotent. */
  end(): void;
}
