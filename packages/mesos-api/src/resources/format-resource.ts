import { isFieldSet } from "@bufbuild/protobuf";
import { LabelSchema, type Labels } from "../../gen/mesos/v1/base_pb.js";
import { type Volume, Volume_Mode, VolumeSchema } from "../../gen/mesos/v1/container_pb.js";
import {
  type Resource,
  type Resource_DiskInfo,
  type Resource_DiskInfo_Source,
  Resource_DiskInfo_Source_MountSchema,
  Resource_DiskInfo_Source_PathSchema,
  Resource_DiskInfo_Source_Type,
  Resource_DiskInfo_SourceSchema,
  type Resource_ReservationInfo,
  Resource_ReservationInfo_Type,
  Resource_ReservationInfoSchema,
  Value_Type,
} from "../../gen/mesos/v1/resource_pb.js";
import { formatRanges } from "./ranges.ts";
import { formatScalar } from "./scalar.ts";

/**
 * A resource as Mesos prints it in its error texts: `cpus(allocated: web)(reservations: [(STATIC,web)]):4`.
 *
 * Takes the refined format.
 *
 * Source: `operator<<` in Mesos's `src/common/resources.cpp`.
 */
export function formatResource(resource: Resource): string {
  const { allocationInfo, reservations, disk } = resource;
  return [
    resource.name,
    allocationInfo && `(allocated: ${allocationInfo.role})`,
    reservations.length > 0 &&
      `(reservations: [${reservations.map((one) => `(${formatReservation(one)})`).join(", ")}])`,
    disk && `[${formatDisk(disk)}]`,
    resource.revocable && "{REV}",
    resource.shared && "<SHARED>",
    `:${formatValue(resource)}`,
  ]
    .filter((part) => typeof part === "string")
    .join("");
}

/** Labels as Mesos prints them: `{app: web, canary}`. */
export function formatLabels(labels: Labels | undefined): string {
  const texts = labels?.labels.map((label) =>
    isFieldSet(label, LabelSchema.field.value) ? `${label.key}: ${label.value}` : label.key,
  );
  return `{${texts?.join(", ") ?? ""}}`;
}

function formatValue(resource: Resource): string {
  switch (resource.type) {
    case Value_Type.SCALAR:
      return formatScalar(resource.scalar?.value ?? 0);
    case Value_Type.RANGES:
      return formatRanges(resource.ranges?.range ?? []);
    default:
      return `{${resource.set?.item.join(", ") ?? ""}}`;
  }
}

function formatReservation(reservation: Resource_ReservationInfo): string {
  const { principal } = Resource_ReservationInfoSchema.field;
  return [
    Resource_ReservationInfo_Type[reservation.type],
    reservation.role,
    ...(isFieldSet(reservation, principal) ? [reservation.principal] : []),
    ...(reservation.labels === undefined ? [] : [formatLabels(reservation.labels)]),
  ].join(",");
}

function formatDisk({ source, persistence, volume }: Resource_DiskInfo): string {
  const parts = [source && formatSource(source), persistence?.id].filter((part) => part !== undefined);
  return parts.join(",") + (volume === undefined ? "" : `:${formatVolume(volume)}`);
}

function formatSource(source: Resource_DiskInfo_Source): string {
  const { id, profile } = Resource_DiskInfo_SourceSchema.field;
  const type = Resource_DiskInfo_Source_Type[source.type];
  if (isFieldSet(source, id) || isFieldSet(source, profile)) {
    return `${type}(${source.vendor},${source.id},${source.profile})`;
  }
  const { path, mount } = source;
  if (source.type === Resource_DiskInfo_Source_Type.PATH && path !== undefined) {
    return isFieldSet(path, Resource_DiskInfo_Source_PathSchema.field.root) ? `${type}:${path.root}` : type;
  }
  if (source.type === Resource_DiskInfo_Source_Type.MOUNT && mount !== undefined) {
    return isFieldSet(mount, Resource_DiskInfo_Source_MountSchema.field.root) ? `${type}:${mount.root}` : type;
  }
  return type;
}

function formatVolume(volume: Volume): string {
  if (!isFieldSet(volume, VolumeSchema.field.hostPath)) {
    return volume.containerPath;
  }
  return `${volume.hostPath}:${volume.containerPath}:${volume.mode === Volume_Mode.RO ? "ro" : "rw"}`;
}
