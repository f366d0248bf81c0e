import type { AgentId, FrameworkId, OfferID, OfferId } from "@fairlead/mesos-api";
import { offerIdOf } from "../ids.ts";
import { shortened } from "../shortened.ts";

/** What the validation needs to know of an outstanding offer. */
export interface OfferFacts {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
}

/**
 * Why offers cannot be accepted together, in Mesos's words; undefined when they can.
 *
 * Source: `validation::offer::validate`, and the check before it in `Master::accept`.
 */
export function validateOffers(
  ids: readonly OfferID[],
  offers: ReadonlyMap<OfferId, OfferFacts>,
  frameworkId: FrameworkId,
): string | undefined {
  if (ids.length === 0) return "No offers specified";
  return (
    validateUnique(ids) ??
    first(ids, (id) => (offers.has(id) ? undefined : `Offer ${shortened(id)} is no longer valid`)) ??
    first(ids, (id) => {
      const owner = offers.get(id)?.frameworkId;
      return owner === frameworkId
        ? undefined
        : `Offer ${id} has invalid framework ${owner} while framework ${frameworkId} is expected`;
    }) ??
    validateRole(ids, offers) ??
    validateAgent(ids, offers)
  );
}

function validateUnique(ids: readonly OfferID[]): string | undefined {
  const seen = new Set<string>();
  return first(ids, (id) => {
    if (seen.has(id)) return `Duplicate offer ${shortened(id)} in offer list`;
    seen.add(id);
    return undefined;
  });
}

function validateRole(ids: readonly OfferID[], offers: ReadonlyMap<OfferId, OfferFacts>): string | undefined {
  const role = offers.get(offerIdOf(ids[0]))?.role;
  return first(ids, (id) => {
    const other = offers.get(id)?.role;
    return other === role
      ? undefined
      : `Aggregated offers must be allocated to the same role. Offer ${id} uses role '${other} but another is using role '${role}`;
  });
}

function validateAgent(ids: readonly OfferID[], offers: ReadonlyMap<OfferId, OfferFacts>): string | undefined {
  const agentId = offers.get(offerIdOf(ids[0]))?.agentId;
  return first(ids, (id) => {
    const other = offers.get(id)?.agentId;
    return other === agentId
      ? undefined
      : `Aggregated offers must belong to one single agent. Offer ${id} uses agent ${other} and agent ${agentId}`;
  });
}

function first(ids: readonly OfferID[], validate: (id: OfferId) => string | undefined): string | undefined {
  for (const id of ids) {
    const error = validate(offerIdOf(id));
    if (error !== undefined) return error;
  }
  return undefined;
}
