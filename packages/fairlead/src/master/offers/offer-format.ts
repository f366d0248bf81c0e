import { type Offer, toUnrefinedFormat } from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import type { FrameworkCapabilities } from "../frameworks/capabilities.ts";

/**
 * An offer as a framework understands it.
 *
 * Without MULTI_ROLE neither the offer nor its resources carry allocation_info: a widely used scheduler compares resources as a whole and would
 * never launch anything. Without RESERVATION_REFINEMENT reservations are told in the old fields `role` and `reservation`.
 */
export function forFramework(offer: Offer, capabilities: FrameworkCapabilities): Offer {
  // The port mapping isolator's own: no framework shall ask for them.
  let resources = offer.resources.filter(({ name }) => name !== "ephemeral_ports");
  if (!capabilities.multiRole) {
    resources = resources.map((resource) => replaceFields(resource, { allocationInfo: undefined }));
  }
  if (!capabilities.reservationRefinement) resources = toUnrefinedFormat(resources);
  return replaceFields(offer, {
    resources,
    allocationInfo: capabilities.multiRole ? offer.allocationInfo : undefined,
  });
}
