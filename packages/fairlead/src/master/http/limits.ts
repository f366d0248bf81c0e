/** Tasks that `/tasks` lists where no `limit` is asked for; the number is Mesos's. */
export const DEFAULT_TASK_LIMIT = 100;

/** Events that the core may send in the moment between taking a subscription and the opening of its stream: two or three are usual. */
export const MAX_EVENTS_BEFORE_OPEN = 1000;

/** The records of one request of an agent; an agent that has more to say splits it. Bounds the time that the event loop is held. */
export const MAX_AGENT_CALLS_PER_REQUEST = 10_000;

/** Of an agent's request, the bytes that are split into records before these are counted: a body may hold millions. */
export const DECODED_BYTES = 65_536;
