import {
  create,
  FiltersSchema,
  knownState,
  type Offer_Operation,
  Offer_Operation_Type,
  Resources,
  type scheduler,
  type TaskInfo,
  TaskState,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { FaultTally } from "../fault-tally.ts";
import { updateEvent } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { offerIdOf } from "../ids.ts";
import { discardOffer, forgetOffer } from "../offers/offers.ts";
import type { OutstandingOffer } from "../offers/outstanding-offer.ts";
import { masterStatus } from "../tasks/status.ts";
import { validateOffers } from "../validation/offers.ts";
import { launch } from "./launch.ts";
import { launchGroup } from "./launch-group.ts";
import { operationRefused } from "./operations.ts";

/**
 * ACCEPT: operations on the resources of offers of one agent, in their order; what they leave counts as declined. The offers are used up also
 * where every operation fails.
 *
 * Source: `Master::accept`, `Master::_accept`.
 */
export function accept(core: Core, framework: Framework, call: scheduler.Call_Accept): void {
  countLaunches(core, call.operations);
  const error = validateOffers(call.offerIds, core.offers, framework.id);
  if (error !== undefined) {
    refuseAll(core, framework, call, error);
    return;
  }
  const offers = call.offerIds.map((id) => core.offers.get(offerIdOf(id))).filter((offer) => offer !== undefined);
  const first = offers[0];
  const agent = first && core.agents.get(first.agentId);
  if (first === undefined || !agent?.connected) throw new Error("bug: an offer outlived its agent's connection");
  for (const offer of offers) forgetOffer(core, offer);
  framework.counters.offers("accepted", offers.length);

  let available = offers.reduce((sum, { resources }) => sum.plus(resources), Resources.none);
  const refused = new FaultTally();
  for (const operation of call.operations) {
    const launchTarget = { framework, agent, available, role: first.role };
    switch (operation.type) {
      case Offer_Operation_Type.LAUNCH:
        available = launch(core, launchTarget, operation);
        break;
      case Offer_Operation_Type.LAUNCH_GROUP:
        available = launchGroup(core, launchTarget, operation);
        break;
      case Offer_Operation_Type.UNKNOWN:
        refused.add(refusedOperation(framework, operation, "the type is not known"));
        break;
      default:
        refuseOperation(core, framework, operation, notServed(operation, agent.id), refused);
    }
  }
  refused.log(core.log, "warn", "refused operations");
  core.allocator.recoverOffered(framework.id, agent.id, available, call.filters ?? create(FiltersSchema));
}

function countLaunches(core: Core, operations: readonly Offer_Operation[]): void {
  for (const { type, launch } of operations) {
    if (type !== Offer_Operation_Type.LAUNCH) continue;
    // A LAUNCH of no tasks is how some clients decline.
    core.counters.increment(launch?.taskInfos.length ? "messages_launch_tasks" : "messages_decline_offers");
  }
}

/** One offer that is not valid spoils the whole call; those that are valid go back. */
function refuseAll(core: Core, framework: Framework, call: scheduler.Call_Accept, error: string): void {
  core.log.warn({ frameworkId: framework.id, reason: error }, "refused an ACCEPT with invalid offers");
  const refused = new FaultTally();
  const own = (offer: OutstandingOffer | undefined): offer is OutstandingOffer => offer?.frameworkId === framework.id;
  for (const offer of call.offerIds.map((id) => core.offers.get(offerIdOf(id))).filter(own)) {
    // The same offer may be named twice.
    if (core.offers.has(offer.id)) discardOffer(core, offer, undefined);
  }
  for (const operation of call.operations) {
    if (operation.type !== Offer_Operation_Type.LAUNCH && operation.type !== Offer_Operation_Type.LAUNCH_GROUP) {
      refuseOperation(core, framework, operation, `Operation attempted with invalid offers: ${error}`, refused);
      continue;
    }
    const tasks = operation.launch?.taskInfos ?? operation.launchGroup?.taskGroup?.tasks ?? [];
    for (const task of tasks) {
      if (!framework.listening) return;
      refuseTask(core, framework, task, error);
    }
  }
  refused.log(core.log, "warn", "refused operations");
}

function refuseTask(core: Core, framework: Framework, task: TaskInfo, error: string): void {
  const status = masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    state: knownState(TaskState.TASK_DROPPED, framework.capabilities.partitionAware),
    reason: TaskStatus_Reason.INVALID_OFFERS,
    message: `Task launched with invalid offers: ${error}`,
  });
  core.counters.taskEnded(status.state, status.source, status.reason);
  framework.send(updateEvent(status));
}

/** An operation that is not carried out: said in an update where it has an id, else only logged, as in Mesos. */
function refuseOperation(
  core: Core,
  framework: Framework,
  operation: Offer_Operation,
  message: string,
  refused: FaultTally,
): void {
  core.counters.operationRefused(operation.type);
  refused.add(refusedOperation(framework, operation, message));
  if (operation.id !== undefined) framework.send(operationRefused(operation.id, message));
}

function refusedOperation({ id: frameworkId }: Framework, { type }: Offer_Operation, reason: string): object {
  return { frameworkId, operation: Offer_Operation_Type[type], reason };
}

function notServed(operation: Offer_Operation, agentId: string): string {
  return `${Offer_Operation_Type[operation.type]} operations are not supported on agent ${agentId}`;
}
