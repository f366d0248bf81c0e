import { isFieldSet } from "@bufbuild/protobuf";
import type { Labels } from "../../gen/mesos/v1/base_pb.js";
import {
  type Resource,
  type Resource_DiskInfo,
  type Resource_DiskInfo_Source,
  Resource_DiskInfo_Source_MountSchema,
  Resource_DiskInfo_Source_PathSchema,
  Resource_DiskInfo_Source_Type,
  Resource_DiskInfo_SourceSchema,
  type Resource_ReservationInfo,
  Resource_ReservationInfoSchema,
} from "../../gen/mesos/v1/resource_pb.js";

/**
 * Everything that tells resources apart but their amount, as one text: those of one kind can be added and subtracted.
 *
 * A volume's `container_path` and the principal of a persistent volume do not count: they say how a resource is used. Takes the refined format.
 *
 * Source: `addable` and `operator==` in Mesos's `src/common/resources.cpp`.
 */
export function resourceKind(resource: Resource): string {
  return JSON.stringify([
    resource.name,
    resource.type,
    resource.allocationInfo?.role ?? null,
    resource.reservations.map(reservationKind),
    resource.disk === undefined ? null : diskKind(resource.disk),
    resource.revocable !== undefined,
    resource.shared !== undefined,
    resource.providerId?.value ?? null,
  ]);
}

/**
 * Whether a resource is there whole or not at all: a persistent volume, a disk that is a mount or a block device, a raw disk with an id.
 *
 * Adding two of them makes no larger one, and only the same one can be taken away.
 */
export function isIndivisible({ disk }: Resource): boolean {
  if (disk === undefined) {
    return false;
  }
  switch (disk.source?.type) {
    case Resource_DiskInfo_Source_Type.MOUNT:
    case Resource_DiskInfo_Source_Type.BLOCK:
      return true;
    case Resource_DiskInfo_Source_Type.RAW:
      return disk.persistence !== undefined || isFieldSet(disk.source, Resource_DiskInfo_SourceSchema.field.id);
    default:
      return disk.persistence !== undefined;
  }
}

function reservationKind(reservation: Resource_ReservationInfo): unknown {
  const hasPrincipal = isFieldSet(reservation, Resource_ReservationInfoSchema.field.principal);
  return [
    reservation.type,
    reservation.role,
    hasPrincipal ? reservation.principal : null,
    labelsKind(reservation.labels),
  ];
}

function diskKind({ source, persistence }: Resource_DiskInfo): unknown {
  return [source === undefined ? null : sourceKind(source), persistence?.id ?? null];
}

function sourceKind(source: Resource_DiskInfo_Source): unknown {
  const { path, mount } = source;
  const { vendor, id, profile } = Resource_DiskInfo_SourceSchema.field;
  return [
    source.type,
    path === undefined ? null : [isFieldSet(path, Resource_DiskInfo_Source_PathSchema.field.root) ? path.root : null],
    mount === undefined
      ? null
      : [isFieldSet(mount, Resource_DiskInfo_Source_MountSchema.field.root) ? mount.root : null],
    isFieldSet(source, vendor) ? source.vendor : null,
    isFieldSet(source, id) ? source.id : null,
    labelsKind(source.metadata),
    isFieldSet(source, profile) ? source.profile : null,
  ];
}

/** Labels are the same in any order. */
function labelsKind(labels: Labels | undefined): unknown {
  return labels?.labels.map((label) => JSON.stringify([label.key, label.value])).sort() ?? null;
}
