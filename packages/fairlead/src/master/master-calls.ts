import type { FrameworkId, internal, scheduler } from "@fairlead/mesos-api";
import type { Principal } from "../base/authorizer.ts";
import type { EventStream } from "../base/event-stream.ts";

/** How a call was taken: the HTTP status, and the text that replaces Mesos's default body. */
export interface CallOutcome {
  readonly status: 200 | 202 | 400 | 401 | 403 | 409 | 501 | 503;
  readonly message?: string;
}

/**
 * What the master's HTTP edge asks of its core. Calls are decoded and well-formed protobuf; everything else about them is checked by the core.
 *
 * Synchronous: the core runs on the event loop and answers before anything else can happen. What must be on disk first (a new agent's id)
 * comes as an event on the stream.
 */
export interface MasterCalls {
  /**
   * SUBSCRIBE. Well-formedness faults are an outcome other than 200; everything semantic is 200 with one ERROR event, after which the core
   * ends the stream. The core keeps `stream` until `schedulerDisconnected` or until another subscription takes the framework over.
   */
  subscribeScheduler(
    call: scheduler.Call,
    stream: EventStream<scheduler.Event>,
    streamId: string,
    principal: Principal,
  ): CallOutcome;
  /** The connection of a subscription has ended, whoever ended it. Unknown stream ids are ignored. */
  schedulerDisconnected(streamId: string): void;
  /** Every call but SUBSCRIBE. `streamId` is the header Mesos-Stream-Id, undefined if there was none. */
  schedulerCall(call: scheduler.Call, streamId: string | undefined, principal: Principal): CallOutcome;

  /** REGISTER of an agent; anything but 200 ends the connection. `secret` is what the agent presented. */
  registerAgent(
    register: internal.AgentCall_Register,
    stream: EventStream<internal.AgentEvent>,
    streamId: string,
    secret: string | undefined,
  ): CallOutcome;
  agentDisconnected(streamId: string): void;
  /** Every other call of an agent, in the order in which the agent made them. */
  agentCall(call: internal.AgentCall, streamId: string): CallOutcome;

  /** Operator: removes a framework and ends its tasks. */
  teardown(frameworkId: FrameworkId, principal: Principal): CallOutcome;
}
