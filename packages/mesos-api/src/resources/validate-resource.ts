import { isFieldSet } from "@bufbuild/protobuf";
import {
  type Resource,
  type Resource_DiskInfo,
  Resource_DiskInfo_Source_Type,
  Resource_ReservationInfo_Type,
  Resource_ReservationInfoSchema,
  ResourceSchema,
  Value_Type,
} from "../../gen/mesos/v1/resource_pb.js";
import { isStrictSubroleOf, validateRole } from "../roles.ts";
import { formatLabels } from "./format-resource.ts";
import { overlap } from "./ranges.ts";
import { isCountable, toThousandths } from "./scalar.ts";

/**
 * Why a resource is not valid, in Mesos's words; undefined when it is.
 *
 * Takes every format. Stricter than Mesos where that would lead to sums that are wrong: scalars have to be finite and below 2^53 thousandths,
 * and ranges may not overlap in whatever order they stand.
 *
 * Source: `Resources::validate` in Mesos's `src/common/resources.cpp`.
 */
export function validateResource(resource: Resource): string | undefined {
  if (resource.name === "") {
    return "Empty resource name";
  }
  return (
    validateValue(resource) ??
    validateDisk(resource) ??
    (resource.reservations.length === 0 ? validateUnrefined(resource) : validateRefined(resource)) ??
    validateShared(resource)
  );
}

function validateValue({ type, scalar, ranges, set }: Resource): string | undefined {
  switch (type) {
    case Value_Type.SCALAR:
      if (scalar === undefined || ranges !== undefined || set !== undefined) {
        return "Invalid scalar resource";
      }
      // also what would count as nothing
      if (scalar.value !== 0 && toThousandths(scalar.value) <= 0) {
        return "Invalid scalar resource: value <= 0";
      }
      return isCountable(scalar.value) ? undefined : "Invalid scalar resource: value is not finite, or too large";
    case Value_Type.RANGES:
      if (scalar !== undefined || ranges === undefined || set !== undefined) {
        return "Invalid ranges resource";
      }
      if (ranges.range.some(({ begin, end }) => begin > end)) {
        return "Invalid ranges resource: begin > end";
      }
      return overlap(ranges.range) ? "Invalid ranges resource: overlapping ranges" : undefined;
    case Value_Type.SET:
      if (scalar !== undefined || ranges !== undefined || set === undefined) {
        return "Invalid set resource";
      }
      return new Set(set.item).size < set.item.length ? "Invalid set resource: duplicated elements" : undefined;
    default:
      return "Unsupported resource type";
  }
}

function validateDisk({ name, disk }: Resource): string | undefined {
  if (disk === undefined) {
    return undefined;
  }
  if (name !== "disk") {
    return `DiskInfo should not be set for ${name} resource`;
  }
  return validateSource(disk);
}

function validateSource({ source }: Resource_DiskInfo): string | undefined {
  switch (source?.type) {
    case Resource_DiskInfo_Source_Type.BLOCK:
    case Resource_DiskInfo_Source_Type.RAW: {
      const type = Resource_DiskInfo_Source_Type[source.type];
      if (source.mount !== undefined) {
        return `Mount should not be set for ${type} disk source`;
      }
      return source.path === undefined ? undefined : `Path should not be set for ${type} disk source`;
    }
    case Resource_DiskInfo_Source_Type.UNKNOWN:
      return "Unsupported 'DiskInfo.Source.Type' in 'UNKNOWN'";
    default:
      return undefined;
  }
}

function validateUnrefined({ role, reservation }: Resource): string | undefined {
  const error = validateRole(role);
  if (error !== undefined || reservation === undefined) {
    return error;
  }
  if (isFieldSet(reservation, Resource_ReservationInfoSchema.field.type)) {
    return "'Resource.ReservationInfo.type' must not be set for the 'Resource.reservation' field";
  }
  if (isFieldSet(reservation, Resource_ReservationInfoSchema.field.role)) {
    return "'Resource.ReservationInfo.role' must not be set for the 'Resource.reservation' field";
  }
  return role === "*" ? 'Invalid reservation: role "*" cannot be dynamically reserved' : undefined;
}

function validateRefined(resource: Resource): string | undefined {
  return validateReservations(resource) ?? validateRefinement(resource) ?? validateBothFormats(resource);
}

function validateReservations({ reservations }: Resource): string | undefined {
  for (const reservation of reservations) {
    if (!isFieldSet(reservation, Resource_ReservationInfoSchema.field.type)) {
      return "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.";
    }
    if (!isFieldSet(reservation, Resource_ReservationInfoSchema.field.role)) {
      return "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.";
    }
    const error = validateRole(reservation.role);
    if (error !== undefined) {
      return error;
    }
    if (reservation.role === "*") {
      return 'Invalid reservation: role "*" cannot be reserved';
    }
  }
  return undefined;
}

/** Each reservation after the first is dynamic, for a role below the one before it. */
function validateRefinement({ reservations }: Resource): string | undefined {
  for (const [i, { type, role }] of reservations.entries()) {
    const ancestor = reservations[i - 1]?.role;
    if (ancestor === undefined) {
      continue;
    }
    if (type === Resource_ReservationInfo_Type.STATIC) {
      return "Invalid refined reservation: A refined reservation cannot be STATIC";
    }
    if (!isStrictSubroleOf(role, ancestor)) {
      return `Invalid refined reservation: role '${role}' is not a refinement of '${ancestor}'`;
    }
  }
  return undefined;
}

/** The old format may stand beside a single reservation, and has to say the same then. */
function validateBothFormats(resource: Resource): string | undefined {
  const { role, reservation, reservations } = resource;
  const hasRole = isFieldSet(resource, ResourceSchema.field.role);
  const [only] = reservations;
  if (only === undefined || reservations.length > 1) {
    const both = "must not be set if there is more than one reservation in 'Resource.reservations'";
    if (hasRole) {
      return `Invalid resource format: 'Resource.role' ${both}`;
    }
    return reservation === undefined ? undefined : `Invalid resource format: 'Resource.reservation' ${both}`;
  }
  if (hasRole && role !== only.role) {
    return `Invalid resource format: 'Resource.role' field with '${role}' does not match the role '${only.role}' in 'Resource.reservations'`;
  }
  const single = "if the single reservation in 'Resource.reservations' is";
  switch (only.type) {
    case Resource_ReservationInfo_Type.STATIC:
      return reservation === undefined
        ? undefined
        : `Invalid resource format: 'Resource.reservation' must not be set ${single} STATIC`;
    case Resource_ReservationInfo_Type.DYNAMIC:
      if (hasRole !== (reservation !== undefined)) {
        return `Invalid resource format: 'Resource.role' and 'Resource.reservation' must either be both set or both not set ${single} DYNAMIC`;
      }
      return reservation === undefined ? undefined : validateSame(reservation, only);
    default:
      return "Unsupported 'Resource.ReservationInfo.Type'";
  }
}

type Reservation = Resource["reservations"][number];

function validateSame(old: Reservation, refined: Reservation): string | undefined {
  if (old.principal !== refined.principal) {
    return `Invalid resource format: 'Resource.reservation.principal' field with '${old.principal}' does not match the principal '${refined.principal}' in 'Resource.reservations'`;
  }
  const [oldLabels, labels] = [formatLabels(old.labels), formatLabels(refined.labels)];
  if (oldLabels !== labels) {
    return `Invalid resource format: 'Resource.reservation.labels' field with '${oldLabels}' does not match the labels '${labels}' in 'Resource.reservations'`;
  }
  return undefined;
}

function validateShared({ name, disk, shared }: Resource): string | undefined {
  if (shared === undefined) {
    return undefined;
  }
  if (name !== "disk") {
    return `Resource ${name} cannot be shared`;
  }
  return disk?.persistence === undefined ? "Only persistent volumes can be shared" : undefined;
}
