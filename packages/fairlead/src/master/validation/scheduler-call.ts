import { missingRequired, scheduler } from "@fairlead/mesos-api";
import type { Principal } from "../../base/authorizer.ts";

const { CallSchema, Call_Type } = scheduler;

/** A status's uuid is 16 bytes. */
const UUID_BYTES = 16;

/**
 * Why a call is not well formed, in Mesos's words; undefined when it is.
 *
 * Source: `validation::scheduler::call::validate` in Mesos's `src/master/validation.cpp`.
 */
export function validateSchedulerCall(call: scheduler.Call, principal: Principal): string | undefined {
  const missing = missingRequired(CallSchema, call);
  if (missing.length > 0) return `Not initialized: ${missing.join(", ")}`;
  if (!Object.hasOwn(call, "type")) return "Expecting 'type' to be present";
  if (call.type === Call_Type.SUBSCRIBE) return validateSubscribe(call, principal);
  if (call.frameworkId === undefined) return "Expecting 'framework_id' to be present";
  return validatePayload(call);
}

function validateSubscribe(call: scheduler.Call, principal: Principal): string | undefined {
  if (call.subscribe === undefined) return "Expecting 'subscribe' to be present";
  const info = call.subscribe.frameworkInfo;
  if ((info?.id?.value ?? "") !== (call.frameworkId?.value ?? "")) {
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  }
  if (principal !== undefined && info && Object.hasOwn(info, "principal") && info.principal !== principal) {
    return `Authenticated principal '${principal}' does not match principal '${info.principal}' set in \`FrameworkInfo\``;
  }
  return undefined;
}

function validatePayload(call: scheduler.Call): string | undefined {
  switch (call.type) {
    case Call_Type.ACCEPT:
      return present(call.accept, "accept");
    case Call_Type.DECLINE:
      return present(call.decline, "decline");
    case Call_Type.ACCEPT_INVERSE_OFFERS:
      return present(call.acceptInverseOffers, "accept_inverse_offers");
    case Call_Type.DECLINE_INVERSE_OFFERS:
      return present(call.declineInverseOffers, "decline_inverse_offers");
    case Call_Type.KILL:
      return present(call.kill, "kill");
    case Call_Type.SHUTDOWN:
      return present(call.shutdown, "shutdown");
    case Call_Type.ACKNOWLEDGE:
      return present(call.acknowledge, "acknowledge") ?? validUuid(call.acknowledge?.uuid);
    case Call_Type.ACKNOWLEDGE_OPERATION_STATUS:
      return (
        present(call.acknowledgeOperationStatus, "acknowledge_operation_status") ??
        validUuid(call.acknowledgeOperationStatus?.uuid) ??
        present(call.acknowledgeOperationStatus?.agentId, "agent_id")
      );
    case Call_Type.RECONCILE:
      return present(call.reconcile, "reconcile");
    case Call_Type.RECONCILE_OPERATIONS:
      return present(call.reconcileOperations, "reconcile_operations");
    case Call_Type.MESSAGE:
      return present(call.message, "message");
    case Call_Type.REQUEST:
      return present(call.request, "request");
    case Call_Type.UPDATE_FRAMEWORK:
      if (call.updateFramework === undefined) return "Expecting 'update_framework' to be present";
      return (call.updateFramework.frameworkInfo?.id?.value ?? "") === call.frameworkId?.value
        ? undefined
        : "'framework_id' differs from 'update_framework.framework_info.id'";
    default:
      // TEARDOWN, REVIVE and SUPPRESS need nothing more; an unknown type is answered with 501.
      return undefined;
  }
}

function present(field: unknown, name: string): string | undefined {
  return field === undefined ? `Expecting '${name}' to be present` : undefined;
}

function validUuid(uuid: Uint8Array | undefined): string | undefined {
  return uuid?.length === UUID_BYTES ? undefined : "Not a valid UUID";
}

/** Whether these bytes can be the uuid of a status. */
export function isUuid(bytes: Uint8Array): boolean {
  return bytes.length === UUID_BYTES;
}
