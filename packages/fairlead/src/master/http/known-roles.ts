import { type FrameworkId, isStrictSubroleOf, type Resource, Resources, roleAncestors } from "@fairlead/mesos-api";
import type { MasterConfig } from "../config.ts";
import type { MasterView } from "../entities.ts";

const DEFAULT_WEIGHT = 1;

/** What a role has by now, its sub-roles included. Amounts by resource name. */
export interface KnownRole {
  readonly name: string;
  readonly weight: number;
  /** Those subscribed to the role itself, or with resources allocated to it. */
  readonly frameworks: readonly FrameworkId[];
  readonly allocated: ReadonlyMap<string, number>;
  readonly offered: ReadonlyMap<string, number>;
  readonly reserved: ReadonlyMap<string, number>;
  /** What counts against a quota: allocated, and reserved without being allocated. */
  readonly consumed: ReadonlyMap<string, number>;
}

/**
 * The roles that somebody can ask about, sorted: of the whitelist where there is one; else all that frameworks use, resources are reserved
 * for, or weights are set for, with the roles above them.
 */
export function knownRoles(master: MasterView, config: Pick<MasterConfig, "roles" | "weights">): KnownRole[] {
  const frameworks = frameworksByRole(master);
  const reserving = [...master.agents.values()].flatMap((agent) => [...agent.total.reservations().keys()]);
  const used = config.roles ?? [...frameworks.keys(), ...reserving, ...config.weights.keys()];
  const names = new Set(used.flatMap((role) => [role, ...roleAncestors(role)]));
  return [...names].sort().map((name) => describe(name, master, config, frameworks.get(name) ?? []));
}

function describe(
  name: string,
  master: MasterView,
  config: Pick<MasterConfig, "weights">,
  frameworks: readonly FrameworkId[],
): KnownRole {
  const inSubtree = (role: string) => role === name || isStrictSubroleOf(role, name);
  const allocatedHere = (resource: Resource) => inSubtree(resource.allocationInfo?.role ?? "");
  const views = [...master.frameworks.values()];
  const allocated = views.map(({ used }) => used.filter(allocatedHere));
  const reserved: Resources[] = [];
  const idle: Resources[] = [];
  for (const agent of master.agents.values()) {
    const total = reservedIn(agent.total, inSubtree);
    reserved.push(total);
    idle.push(total.minus(reservedIn(agent.used, inSubtree).unallocate()));
  }
  return {
    name,
    weight: config.weights.get(name) ?? DEFAULT_WEIGHT,
    frameworks,
    allocated: amounts(allocated),
    offered: amounts(views.map(({ offered }) => offered.filter(allocatedHere))),
    reserved: amounts(reserved),
    consumed: amounts([...allocated, ...idle]),
  };
}

function frameworksByRole(master: MasterView): Map<string, FrameworkId[]> {
  const byRole = new Map<string, FrameworkId[]>();
  for (const framework of master.frameworks.values()) {
    const holds = [...framework.used.toArray(), ...framework.offered.toArray()];
    const roles = new Set(framework.roles);
    for (const { allocationInfo } of holds) {
      if (allocationInfo !== undefined) roles.add(allocationInfo.role);
    }
    for (const role of roles) {
      byRole.set(role, [...(byRole.get(role) ?? []), framework.id]);
    }
  }
  return byRole;
}

function reservedIn(resources: Resources, inSubtree: (role: string) => boolean): Resources {
  let sum = Resources.none;
  for (const [role, reserved] of resources.reservations()) {
    if (inSubtree(role)) sum = sum.plus(reserved);
  }
  return sum;
}

/** The sums of all scalars. */
function amounts(bags: readonly Resources[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const bag of bags) {
    for (const { name, scalar } of bag.toArray()) {
      if (scalar !== undefined) sums.set(name, (sums.get(name) ?? 0) + scalar.value);
    }
  }
  return sums;
}
