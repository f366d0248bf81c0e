import {
  create,
  type ExecutorId,
  type Filters,
  type FrameworkId,
  type Offer,
  type OfferId,
  OfferSchema,
  type Resources,
} from "@fairlead/mesos-api";
import type { Agent } from "../agents/agent.ts";
import type { Allocation } from "../allocator/allocator.ts";
import type { Core } from "../core.ts";
import { offersEvent, rescind } from "../frameworks/events.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentUrl } from "./agent-url.ts";
import { forFramework } from "./offer-format.ts";
import type { OutstandingOffer } from "./outstanding-offer.ts";

/** Makes offers of what the allocator has allocated to a framework, and sends them as one event. */
export function makeOffers(core: Core, frameworkId: FrameworkId, allocations: readonly Allocation[]): void {
  const framework = core.frameworks.get(frameworkId);
  const offers: Offer[] = [];
  for (const { agentId, role, resources } of allocations) {
    const agent = core.agents.get(agentId);
    if (!framework?.connected || !framework.active || !agent?.active) {
      core.allocator.recoverOffered(frameworkId, agentId, resources, undefined);
      continue;
    }
    const offer = createOffer(core, framework, agent, role, resources);
    book(core, framework, agent, offer, role, resources);
    offers.push(forFramework(offer, framework.capabilities));
  }
  if (framework === undefined || offers.length === 0) return;
  framework.counters.offers("sent", offers.length);
  framework.send(offersEvent(offers));
  core.log.debug({ frameworkId, offers: offers.length }, "sent offers");
}

/** Takes an offer back, and says so to the framework. */
export function rescindOffer(core: Core, offer: OutstandingOffer): void {
  const framework = core.frameworks.get(offer.frameworkId);
  framework?.counters.offers("rescinded", 1);
  framework?.send(rescind(offer.id));
  discardOffer(core, offer, undefined);
}

/** Takes an offer back without a word. With `filters` it counts as declined. */
export function discardOffer(core: Core, offer: OutstandingOffer, filters: Filters | undefined): void {
  forgetOffer(core, offer);
  core.allocator.recoverOffered(offer.frameworkId, offer.agentId, offer.resources, filters);
}

/** Takes an offer out of the books; its resources stay allocated to the framework. */
export function forgetOffer(core: Core, offer: OutstandingOffer): void {
  offer.timer?.cancel();
  core.offers.delete(offer.id);
  const framework = core.frameworks.get(offer.frameworkId);
  if (framework?.offers.delete(offer.id)) framework.offeredByAgent.subtract(offer.agentId, offer.resources);
  const agent = core.agents.get(offer.agentId);
  if (agent?.offers.delete(offer.id)) agent.offered = agent.offered.minus(offer.resources);
}

/** The outstanding offers of a framework or an agent. */
export function outstanding(core: Core, of: Framework | Agent): OutstandingOffer[] {
  return Array.from(of.offers.keys(), (id) => core.offers.get(id)).filter((offer) => offer !== undefined);
}

function createOffer(core: Core, framework: Framework, agent: Agent, role: string, resources: Resources): Offer {
  const executorIds = [...(framework.executors.get(agent.id)?.keys() ?? [])];
  return create(OfferSchema, {
    id: { value: `${core.info.id}-O${core.sequence.offer++}` },
    frameworkId: { value: framework.id },
    agentId: { value: agent.id },
    hostname: agent.info.hostname,
    url: agentUrl(agent.pid, agent.info.hostname),
    domain: agent.info.domain,
    resources: resources.toArray(),
    attributes: agent.info.attributes,
    executorIds: executorIds.map((value: ExecutorId) => ({ value })),
    allocationInfo: { role },
  });
}

function book(core: Core, framework: Framework, agent: Agent, offer: Offer, role: string, resources: Resources): void {
  // The id was made here.
  const id = offer.id!.value as OfferId;
  const { offerTimeoutMs } = core.config;
  const outstandingOffer: OutstandingOffer = {
    id,
    frameworkId: framework.id,
    agentId: agent.id,
    role,
    resources,
    timer:
      offerTimeoutMs === undefined
        ? undefined
        : core.clock.after(offerTimeoutMs, () => rescindOffer(core, outstandingOffer), { background: true }),
  };
  core.offers.set(id, outstandingOffer);
  framework.offers.set(id, offer);
  framework.offeredByAgent.add(agent.id, resources);
  agent.offers.set(id, offer);
  agent.offered = agent.offered.plus(resources);
}
