import {
  type AgentId,
  create,
  type ExecutorId,
  type FrameworkId,
  type MasterInfo,
  type Offer,
  type OfferId,
  type OperationStatus,
  scheduler,
  type TaskStatus,
} from "@fairlead/mesos-api";
import { HEARTBEAT_INTERVAL_MS } from "../limits.ts";

const { EventSchema, Event_Type } = scheduler;

/** The events of the scheduler API, one maker each. */

export function subscribed(frameworkId: FrameworkId, masterInfo: MasterInfo): scheduler.Event {
  return create(EventSchema, {
    type: Event_Type.SUBSCRIBED,
    subscribed: {
      frameworkId: { value: frameworkId },
      heartbeatIntervalSeconds: HEARTBEAT_INTERVAL_MS / 1000,
      masterInfo,
    },
  });
}

export function heartbeat(): scheduler.Event {
  return create(EventSchema, { type: Event_Type.HEARTBEAT });
}

export function errorEvent(message: string): scheduler.Event {
  return create(EventSchema, { type: Event_Type.ERROR, error: { message } });
}

export function offersEvent(offers: Offer[]): scheduler.Event {
  return create(EventSchema, { type: Event_Type.OFFERS, offers: { offers } });
}

export function rescind(offerId: OfferId): scheduler.Event {
  return create(EventSchema, { type: Event_Type.RESCIND, rescind: { offerId: { value: offerId } } });
}

export function updateEvent(status: TaskStatus): scheduler.Event {
  return create(EventSchema, { type: Event_Type.UPDATE, update: { status } });
}

export function operationUpdate(status: OperationStatus): scheduler.Event {
  return create(EventSchema, { type: Event_Type.UPDATE_OPERATION_STATUS, updateOperationStatus: { status } });
}

export function messageEvent(agentId: AgentId, executorId: ExecutorId, data: Uint8Array): scheduler.Event {
  return create(EventSchema, {
    type: Event_Type.MESSAGE,
    message: { agentId: { value: agentId }, executorId: { value: executorId }, data },
  });
}

/** An agent was lost. */
export function agentFailure(agentId: AgentId): scheduler.Event {
  return create(EventSchema, { type: Event_Type.FAILURE, failure: { agentId: { value: agentId } } });
}

/** An executor has ended; `status` is the raw wait status. */
export function executorFailure(agentId: AgentId, executorId: ExecutorId, status: number): scheduler.Event {
  return create(EventSchema, {
    type: Event_Type.FAILURE,
    failure: { agentId: { value: agentId }, executorId: { value: executorId }, status },
  });
}
