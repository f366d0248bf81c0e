import { create, isFieldSet } from "@bufbuild/protobuf";
import {
  type Resource,
  type Resource_ReservationInfo,
  Resource_ReservationInfo_Type,
  Resource_ReservationInfoSchema,
  ResourceSchema,
} from "../../gen/mesos/v1/resource_pb.js";
import { copyMessage } from "../copy-message.ts";
import { ResourceError } from "./resource-error.ts";

/**
 * Resources with `reservations` only: the format that everything inside uses, and that clients with RESERVATION_REFINEMENT speak.
 *
 * Takes valid resources of every format; messages that are in this format already are handed on as they are.
 *
 * Source: `convertResourceFormat` in Mesos's `src/common/resources_utils.cpp`, as for the other two.
 */
export function toRefinedFormat(resources: Iterable<Resource>): Resource[] {
  return Array.from(resources, refined);
}

/**
 * Resources with `role`, and `reservation` where they are reserved dynamically: for clients without RESERVATION_REFINEMENT.
 *
 * Takes the refined format. Throws {@link ResourceError} for a refined reservation, which this format cannot tell.
 */
export function toUnrefinedFormat(resources: Iterable<Resource>): Resource[] {
  return Array.from(resources, (resource) => {
    if (resource.reservations.length > 1) {
      throw new ResourceError(`A refined reservation of ${resource.name} has no form without RESERVATION_REFINEMENT`);
    }
    const copy = withRole(resource);
    copy.reservations = [];
    return copy;
  });
}

/** Resources in both formats at once, as operator and state endpoints show them. Takes the refined format. */
export function toEndpointFormat(resources: Iterable<Resource>): Resource[] {
  return Array.from(resources, (resource) => (resource.reservations.length > 1 ? resource : withRole(resource)));
}

function refined(resource: Resource): Resource {
  const hasRole = isFieldSet(resource, ResourceSchema.field.role);
  if (!hasRole && resource.reservation === undefined) {
    return resource;
  }
  const copy = copyMessage(resource);
  // both are optional: absent, not empty, is what the refined format asks for
  delete (copy as Partial<Resource>).role;
  delete copy.reservation;
  if (copy.reservations.length === 0 && resource.role !== "*") {
    copy.reservations = [reservationOf(resource)];
  }
  return copy;
}

function reservationOf({ role, reservation }: Resource): Resource_ReservationInfo {
  if (reservation === undefined) {
    return create(Resource_ReservationInfoSchema, { type: Resource_ReservationInfo_Type.STATIC, role });
  }
  const copy = copyMessage(reservation);
  copy.type = Resource_ReservationInfo_Type.DYNAMIC;
  copy.role = role;
  return copy;
}

function withRole(resource: Resource): Resource {
  const copy = copyMessage(resource);
  const [source] = copy.reservations;
  copy.role = source?.role ?? "*";
  if (source?.type === Resource_ReservationInfo_Type.DYNAMIC) {
    const target = copyMessage(source);
    // the old format tells them by its own fields
    delete (target as Partial<Resource_ReservationInfo>).type;
    delete (target as Partial<Resource_ReservationInfo>).role;
    copy.reservation = target;
  }
  return copy;
}
