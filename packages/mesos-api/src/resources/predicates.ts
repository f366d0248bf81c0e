import { isFieldSet } from "@bufbuild/protobuf";
import { type Resource, Resource_ReservationInfo_Type, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { isStrictSubroleOf } from "../roles.ts";

/**
 * The role that a resource is reserved for, whatever its format; `*` for an unreserved one.
 *
 * Of refined reservations it is the innermost one.
 */
export function reservationRole(resource: Resource): string {
  const innermost = resource.reservations.at(-1);
  if (innermost !== undefined) {
    return innermost.role;
  }
  return isFieldSet(resource, ResourceSchema.field.role) ? resource.role : "*";
}

export function isReserved(resource: Resource): boolean {
  return reservationRole(resource) !== "*";
}

/** Whether a reservation was made by a framework or an operator, not by the agent's configuration. */
export function isDynamicallyReserved(resource: Resource): boolean {
  return (
    resource.reservation !== undefined || resource.reservations.at(-1)?.type === Resource_ReservationInfo_Type.DYNAMIC
  );
}

/** Whether a role may have a resource: unreserved ones, and what is reserved for it or for a role above it. */
export function isAllocatableTo(resource: Resource, role: string): boolean {
  const reserved = reservationRole(resource);
  return reserved === "*" || reserved === role || isStrictSubroleOf(role, reserved);
}

export function isRevocable(resource: Resource): boolean {
  return resource.revocable !== undefined;
}

export function isShared(resource: Resource): boolean {
  return resource.shared !== undefined;
}

export function isPersistentVolume(resource: Resource): boolean {
  return resource.disk?.persistence !== undefined;
}
