import type { OfferID, scheduler } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { FaultTally } from "../fault-tally.ts";
import type { Framework } from "../frameworks/framework.ts";
import { shortened } from "../shortened.ts";

/**
 * Inverse offers ask for resources back before maintenance. There is no maintenance here, so that no inverse offer is ever outstanding: as in
 * Mesos, answers to those that are not valid are taken and ignored.
 */
export function acceptInverseOffers(core: Core, framework: Framework, call: scheduler.Call_AcceptInverseOffers): void {
  ignore(core, framework, call.inverseOfferIds);
}

export function declineInverseOffers(
  core: Core,
  framework: Framework,
  call: scheduler.Call_DeclineInverseOffers,
): void {
  ignore(core, framework, call.inverseOfferIds);
}

function ignore(core: Core, framework: Framework, ids: readonly OfferID[]): void {
  const invalid = new FaultTally();
  for (const { value } of ids) invalid.add({ frameworkId: framework.id, offerId: shortened(value) });
  invalid.log(core.log, "warn", "ignored the answer to inverse offers that are not valid");
}
