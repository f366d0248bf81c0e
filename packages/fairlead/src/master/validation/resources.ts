import {
  formatResource,
  isDynamicallyReserved,
  isRevocable,
  type Resource,
  Resources,
  reservationRole,
  validateId,
  validateResource,
} from "@fairlead/mesos-api";
import { MAX_REQUESTED_ITEMS, MAX_REQUESTED_RESOURCES } from "../limits.ts";
import { shortened } from "../shortened.ts";

/** Why resources as they came in are not valid, with the one at fault named; undefined when they are. In either reservation format. */
export function validateFormat(resources: Iterable<Resource>): string | undefined {
  for (const resource of resources) {
    const error = validateResource(resource);
    if (error !== undefined) return `Resource '${formatResource(resource)}' is invalid: ${error}`;
  }
  return undefined;
}

/** Why what a task or an executor asks for cannot be read: as {@link validateFormat}, and so much that it could not be counted in time. */
export function validateRequestFormat(resources: readonly Resource[]): string | undefined {
  if (resources.length > MAX_REQUESTED_RESOURCES) return `More than ${MAX_REQUESTED_RESOURCES} resources`;
  for (const { name, ranges, set } of resources) {
    const items = Math.max(ranges?.range.length ?? 0, set?.item.length ?? 0);
    if (items > MAX_REQUESTED_ITEMS) {
      return `Resource '${shortened(name)}' is invalid: more than ${MAX_REQUESTED_ITEMS} ranges or elements`;
    }
  }
  return validateFormat(resources);
}

/**
 * Why resources (in the refined format) cannot be used by tasks and executors, in Mesos's words; undefined when they can.
 *
 * Source: `validation::resource::validate`.
 */
export function validateUse(resources: readonly Resource[]): string | undefined {
  const format = validateFormat(resources);
  if (format !== undefined) return `Invalid resources: ${format}`;
  const gpus = validateGpus(resources);
  if (gpus !== undefined) return `Invalid 'gpus' resource: ${gpus}`;
  const disk = firstError(resources, validateDisk);
  if (disk !== undefined) return `Invalid DiskInfo: ${disk}`;
  const reservation = firstError(resources, validateReservation);
  if (reservation !== undefined) return `Invalid ReservationInfo: ${reservation}`;
  return undefined;
}

/** Why a list of resources is not allocated to one role; undefined when it is. */
export function validateSingleRole(resources: readonly Resource[]): string | undefined {
  let role: string | undefined;
  for (const { allocationInfo } of resources) {
    if (allocationInfo === undefined || !Object.hasOwn(allocationInfo, "role")) {
      return "The resources are not allocated to a role";
    }
    role ??= allocationInfo.role;
    if (allocationInfo.role !== role) {
      return `The resources have multiple allocation roles ('${allocationInfo.role}' and '${role}') but only one allocation role is allowed`;
    }
  }
  return undefined;
}

/** Why persistent volumes clash: their ids are unique per role. */
export function validateUniquePersistenceId(resources: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  for (const resource of resources) {
    const id = resource.disk?.persistence?.id;
    if (id === undefined) continue;
    const key = `${reservationRole(resource)}\0${id}`;
    if (seen.has(key)) return `Persistence ID '${id}' is not unique`;
    seen.add(key);
  }
  return undefined;
}

/** Why resources mix revocable and other ones of a name; undefined when they do not. */
export function validateRevocable(resources: readonly Resource[]): string | undefined {
  const revocable = new Map<string, boolean>();
  for (const resource of resources) {
    const { name } = resource;
    if (revocable.has(name) && revocable.get(name) !== isRevocable(resource)) {
      return `Cannot use both revocable and non-revocable '${name}' at the same time`;
    }
    revocable.set(name, isRevocable(resource));
  }
  return undefined;
}

/** Whether ranges or sets of several bags overlap: then the quantities of the sum are less than the sum of the quantities. */
export function overlap(bags: readonly (readonly Resource[])[]): boolean {
  const apart = bags.reduce((sum, bag) => sum + countItems(Resources.of(bag)), 0n);
  return apart !== countItems(bags.reduce((sum, bag) => sum.plus(Resources.of(bag)), Resources.none));
}

/** The items of all ranges and sets. */
function countItems(resources: Resources): bigint {
  let count = 0n;
  for (const { ranges, set } of resources.toArray()) {
    for (const { begin, end } of ranges?.range ?? []) count += BigInt(end) - BigInt(begin) + 1n;
    count += BigInt(set?.item.length ?? 0);
  }
  return count;
}

function firstError(
  resources: readonly Resource[],
  validate: (resource: Resource) => string | undefined,
): string | undefined {
  for (const resource of resources) {
    const error = validate(resource);
    if (error !== undefined) return error;
  }
  return undefined;
}

function validateGpus(resources: readonly Resource[]): string | undefined {
  const gpus = Resources.of(resources).scalar("gpus");
  return Number.isInteger(gpus) ? undefined : "The 'gpus' resource must be an unsigned integer";
}

function validateDisk(resource: Resource): string | undefined {
  const disk = resource.disk;
  if (disk === undefined) return undefined;
  if (disk.persistence === undefined) {
    if (disk.volume !== undefined) return "Non-persistent volume not supported";
    return disk.source === undefined ? "DiskInfo is set but empty" : undefined;
  }
  if (isRevocable(resource)) return "Persistent volumes cannot be created from revocable resources";
  if (resource.reservations.length === 0) return "Persistent volumes cannot be created from unreserved resources";
  if (disk.volume === undefined) return "Expecting 'volume' to be set for persistent volume";
  if (Object.hasOwn(disk.volume, "hostPath")) return "Expecting 'host_path' to be unset for persistent volume";
  const error = validateId(disk.persistence.id);
  return error === undefined ? undefined : `Invalid persistence ID for persistent volume: ${error}`;
}

function validateReservation(resource: Resource): string | undefined {
  return !isDynamicallyReserved(resource) || !isRevocable(resource)
    ? undefined
    : `Dynamically reserved resource ${formatResource(resource)} cannot be created from revocable resources`;
}
