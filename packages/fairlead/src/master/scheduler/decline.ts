import { create, FiltersSchema, type scheduler } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { offerIdOf } from "../ids.ts";
import { discardOffer } from "../offers/offers.ts";

/**
 * DECLINE: the resources of the offers are free for others; this framework is not offered them again until its filter expires. Ids of offers
 * that are no longer valid are ignored.
 */
export function decline(core: Core, framework: Framework, call: scheduler.Call_Decline): void {
  core.counters.increment("messages_decline_offers");
  let declined = 0;
  for (const id of call.offerIds) {
    const offer = core.offers.get(offerIdOf(id));
    if (offer?.frameworkId !== framework.id) {
      core.log.warn(
        { frameworkId: framework.id, offerId: id.value },
        "ignored the decline of an offer that is not valid",
      );
      continue;
    }
    // A framework that says nothing about filters gets the default one.
    discardOffer(core, offer, call.filters ?? create(FiltersSchema));
    declined++;
  }
  framework.counters.offers("declined", declined);
}
