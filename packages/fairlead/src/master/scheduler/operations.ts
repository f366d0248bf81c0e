import { create, type OperationID, OperationState, OperationStatusSchema, type scheduler } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { operationUpdate } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf } from "../ids.ts";

/**
 * RECONCILE_OPERATIONS: tells what is known of operations on resources. As none is carried out here, none is known: the answer says why, as
 * Mesos says it. Nothing is told where no operation is named.
 *
 * Source: `Master::reconcileOperations`.
 */
export function reconcileOperations(
  core: Core,
  framework: Framework,
  operations: readonly scheduler.Call_ReconcileOperations_Operation[],
): void {
  core.counters.increment("messages_reconcile_operations");
  for (const { operationId, agentId, resourceProviderId } of operations) {
    if (!framework.listening) return;
    const [state, message] = whatIsKnown(core, agentId?.value);
    framework.send(
      operationUpdate(create(OperationStatusSchema, { operationId, state, message, agentId, resourceProviderId })),
    );
  }
}

function whatIsKnown(core: Core, agentId: string | undefined): readonly [OperationState, string] {
  if (agentId === undefined) {
    return [OperationState.OPERATION_UNKNOWN, "Reconciliation: Operation is unknown and no 'agent_id' was provided"];
  }
  const id = agentIdOf({ value: agentId });
  if (core.recoveredAgents.has(id)) {
    return [OperationState.OPERATION_RECOVERING, "Reconciliation: Agent is recovered but has not re-registered"];
  }
  if (core.agents.has(id)) return [OperationState.OPERATION_UNKNOWN, "Reconciliation: Operation is unknown"];
  if (core.registry.unreachable.has(id)) {
    return [OperationState.OPERATION_UNREACHABLE, "Reconciliation: Agent is unreachable"];
  }
  return [OperationState.OPERATION_UNKNOWN, "Reconciliation: Both operation and agent are unknown"];
}

/** ACKNOWLEDGE_OPERATION_STATUS: no status of an operation has a uuid here, so that there is nothing to acknowledge. */
export function acknowledgeOperation(
  core: Core,
  framework: Framework,
  call: scheduler.Call_AcknowledgeOperationStatus,
): void {
  core.counters.increment("messages_operation_status_update_acknowledgement");
  core.counters.increment("invalid_operation_status_update_acknowledgements");
  core.log.warn(
    { frameworkId: framework.id, operationId: call.operationId?.value },
    "dropped the acknowledgement of an operation that is not known",
  );
}

/** Tells a framework that an operation with an id was refused. */
export function operationRefused(operationId: OperationID, message: string): scheduler.Event {
  return operationUpdate(
    create(OperationStatusSchema, { operationId, state: OperationState.OPERATION_ERROR, message }),
  );
}
