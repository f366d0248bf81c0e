import { scheduler } from "@fairlead/mesos-api";
import type { Action, Principal } from "../../base/authorizer.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { removeFramework } from "../frameworks/remove.ts";
import { callUpdateFramework } from "../frameworks/update-framework.ts";
import { frameworkIdOf } from "../ids.ts";
import type { CallOutcome } from "../master-calls.ts";
import { acknowledge } from "../tasks/acknowledge.ts";
import { kill } from "../tasks/kill.ts";
import { reconcile } from "../tasks/reconcile.ts";
import { validateSchedulerCall } from "../validation/scheduler-call.ts";
import { accept } from "./accept.ts";
import { decline } from "./decline.ts";
import { acceptInverseOffers, declineInverseOffers } from "./inverse-offers.ts";
import { sendMessage, shutdownExecutor } from "./messages.ts";
import { acknowledgeOperation, reconcileOperations } from "./operations.ts";
import { revive, suppress } from "./roles.ts";

const { Call_Type } = scheduler;

const ACCEPTED: CallOutcome = { status: 202 };

/** What the authorizer is asked before a call is carried out; other calls need no more than to be the framework's own. */
const ACTIONS: ReadonlyMap<scheduler.Call_Type, Action> = new Map([
  [Call_Type.TEARDOWN, "teardown_framework"],
  [Call_Type.KILL, "kill_task"],
  [Call_Type.MESSAGE, "send_message"],
]);

/**
 * Every call of a scheduler but SUBSCRIBE. The checks and their order are Mesos's; clients tell apart what they get.
 *
 * Source: `Master::Http::scheduler` in Mesos's `src/master/http.cpp`.
 */
export function schedulerCall(
  core: Core,
  call: scheduler.Call,
  streamId: string | undefined,
  principal: Principal,
): CallOutcome {
  const invalid = validateSchedulerCall(call, principal);
  if (invalid !== undefined) {
    countInvalid(core, call.type);
    return { status: 400, message: `Failed to validate scheduler::Call: ${invalid}` };
  }
  const framework = core.frameworks.get(frameworkIdOf(call.frameworkId));
  if (framework === undefined) return { status: 400, message: "Framework cannot be found" };
  framework.counters.call(call.type);
  const refusal = refuse(core, framework, call.type, streamId, principal);
  return refusal ?? carryOut(core, framework, call, principal);
}

function refuse(
  core: Core,
  framework: Framework,
  type: scheduler.Call_Type,
  streamId: string | undefined,
  principal: Principal,
): CallOutcome | undefined {
  if (principal !== undefined && principal !== framework.info.principal) {
    return {
      status: 400,
      message: `Authenticated principal '${principal}' does not match principal '${framework.info.principal}' set in \`FrameworkInfo\``,
    };
  }
  if (framework.connection === undefined) return { status: 403, message: "Framework is not subscribed" };
  if (streamId === undefined) {
    return { status: 400, message: "All non-subscribe calls should include the 'Mesos-Stream-Id' header" };
  }
  if (streamId !== framework.connection.streamId) {
    return {
      status: 400,
      message: `The stream ID '${streamId}' included in this request didn't match the stream ID currently associated with framework ID ${framework.id}`,
    };
  }
  const action = ACTIONS.get(type);
  const object = { kind: "framework", value: framework.id } as const;
  return action === undefined || core.authorizer.authorize(principal, action, object) ? undefined : { status: 403 };
}

/** The payloads are there: the call was validated. */
function carryOut(core: Core, framework: Framework, call: scheduler.Call, principal: Principal): CallOutcome {
  switch (call.type) {
    case Call_Type.TEARDOWN:
      core.counters.increment("messages_unregister_framework");
      removeFramework(core, framework);
      return ACCEPTED;
    case Call_Type.ACCEPT:
      accept(core, framework, call.accept!);
      return ACCEPTED;
    case Call_Type.DECLINE:
      decline(core, framework, call.decline!);
      return ACCEPTED;
    case Call_Type.ACCEPT_INVERSE_OFFERS:
      acceptInverseOffers(core, framework, call.acceptInverseOffers!);
      return ACCEPTED;
    case Call_Type.DECLINE_INVERSE_OFFERS:
      declineInverseOffers(core, framework, call.declineInverseOffers!);
      return ACCEPTED;
    case Call_Type.REVIVE:
      revive(core, framework, call.revive?.roles ?? []);
      return ACCEPTED;
    case Call_Type.SUPPRESS:
      suppress(core, framework, call.suppress?.roles ?? []);
      return ACCEPTED;
    case Call_Type.KILL:
      kill(core, framework, call.kill!);
      return ACCEPTED;
    case Call_Type.SHUTDOWN:
      shutdownExecutor(core, framework, call.shutdown!);
      return ACCEPTED;
    case Call_Type.ACKNOWLEDGE:
      acknowledge(core, framework, call.acknowledge!);
      return ACCEPTED;
    case Call_Type.ACKNOWLEDGE_OPERATION_STATUS:
      acknowledgeOperation(core, framework, call.acknowledgeOperationStatus!);
      return ACCEPTED;
    case Call_Type.RECONCILE:
      reconcile(core, framework, call.reconcile!.tasks);
      return ACCEPTED;
    case Call_Type.RECONCILE_OPERATIONS:
      reconcileOperations(core, framework, call.reconcileOperations!.operations);
      return ACCEPTED;
    case Call_Type.MESSAGE:
      sendMessage(core, framework, call.message!);
      return ACCEPTED;
    case Call_Type.REQUEST:
      // Mesos's allocator ignores it too: offers are not made on request.
      core.counters.increment("messages_resource_request");
      return ACCEPTED;
    case Call_Type.UPDATE_FRAMEWORK:
      return callUpdateFramework(core, framework, call.updateFramework!, principal);
    default:
      core.log.warn({ frameworkId: framework.id, type: call.type }, "a call of an unknown type was answered with 501");
      return { status: 501 };
  }
}

function countInvalid(core: Core, type: scheduler.Call_Type): void {
  if (type === Call_Type.ACKNOWLEDGE) core.counters.increment("invalid_status_update_acknowledgements");
  if (type === Call_Type.ACKNOWLEDGE_OPERATION_STATUS) {
    core.counters.increment("invalid_operation_status_update_acknowledgements");
  }
  if (type === Call_Type.MESSAGE) core.counters.increment("invalid_framework_to_executor_messages");
}
