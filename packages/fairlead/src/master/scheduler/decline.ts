import { create, FiltersSchema, type scheduler } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { FaultTally } from "../fault-tally.ts";
import type { Framework } from "../frameworks/framework.ts";
import { offerIdOf } from "../ids.ts";
import { discardOffer } from "../offers/offers.ts";
import { shortened } from "../shortened.ts";

/**
 * DECLINE: the resources of the offers are free for others; this framework is not offered them again until its filter expires. Ids of offers
 * that are no longer valid are ignored.
 */
export function decline(core: Core, framework: Framework, call: scheduler.Call_Decline): void {
  core.counters.increment("messages_decline_offers");
  const invalid = new FaultTally();
  let declined = 0;
  for (const id of call.offerIds) {
    const offer = core.offers.get(offerIdOf(id));
    if (offer?.frameworkId !== framework.id) {
      invalid.add({ frameworkId: framework.id, offerId: shortened(id.value) });
      continue;
    }
    // A framework that says nothing about filters gets the default one.
    discardOffer(core, offer, call.filters ?? create(FiltersSchema));
    declined++;
  }
  invalid.log(core.log, "warn", "ignored the decline of offers that are not valid");
  framework.counters.offers("declined", declined);
}
