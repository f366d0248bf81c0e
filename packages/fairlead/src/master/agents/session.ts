import type { AgentId, internal } from "@fairlead/mesos-api";
import type { EventStream } from "../../base/event-stream.ts";

/** The connection of an agent, from REGISTER until the stream breaks. */
export interface AgentSession {
  readonly stream: EventStream<internal.AgentEvent>;
  readonly streamId: string;
  /** Known once the registration is on disk. */
  agentId: AgentId | undefined;
  /** Calls that came before the registration was on disk. */
  readonly waiting: internal.AgentCall[];
}
