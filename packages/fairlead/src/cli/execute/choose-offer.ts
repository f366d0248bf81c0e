import { clone, type Offer, Resources, type TaskInfo, TaskInfoSchema } from "@fairlead/mesos-api";

/** What to do with offers: the one to take with the task as it is launched from it, and those to give back. */
export interface OfferChoice {
  readonly taken?: { readonly offer: Offer; readonly task: TaskInfo };
  readonly declined: readonly Offer[];
}

/** Takes the first offer whose unreserved resources are enough for `task`; undefined `task`: nothing is wanted any more. */
export function chooseOffer(offers: readonly Offer[], task: TaskInfo | undefined): OfferChoice {
  const offer = task && offers.find((candidate) => suffices(candidate, task));
  if (offer === undefined) return { declined: offers };
  return {
    taken: { offer, task: launchedFrom(offer, task!) },
    declined: offers.filter((other) => other !== offer),
  };
}

function suffices(offer: Offer, task: TaskInfo): boolean {
  return Resources.of(offer.resources).unallocate().unreserved().contains(Resources.of(task.resources).unallocate());
}

/** The task on the offer's agent, its resources allocated to the role that the offer was made to. */
function launchedFrom(offer: Offer, task: TaskInfo): TaskInfo {
  const launched = clone(TaskInfoSchema, task);
  launched.agentId = offer.agentId;
  const role = offer.allocationInfo?.role;
  if (role !== undefined) launched.resources = Resources.of(task.resources).allocate(role).toArray();
  return launched;
}
