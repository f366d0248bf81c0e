import { type FrameworkId, type Resource, Resources, roleAncestors } from "@fairlead/mesos-api";
import type { MasterConfig } from "../config.ts";
import type { FrameworkView, MasterView } from "../entities.ts";

const DEFAULT_WEIGHT = 1;

/** Amounts of scalars by resource name. */
export type Amounts = ReadonlyMap<string, number>;

interface RoleAmounts {
  readonly allocated: Amounts;
  readonly offered: Amounts;
  readonly reserved: Amounts;
  /** What counts against a quota: allocated, and reserved without being allocated. */
  readonly consumed: Amounts;
}

const NOTHING: RoleAmounts = { allocated: new Map(), offered: new Map(), reserved: new Map(), consumed: new Map() };

/** What a role has by now, its sub-roles included. */
export interface KnownRole extends RoleAmounts {
  readonly name: string;
  readonly weight: number;
  /** Those subscribed to the role itself, or with resources allocated to it. */
  readonly frameworks: readonly FrameworkId[];
}

/**
 * The roles that somebody can ask about, sorted: of the whitelist where there is one; else all that frameworks use, resources are reserved
 * for, or weights are set for, with the roles above them.
 */
export function knownRoles(master: MasterView, config: Pick<MasterConfig, "roles" | "weights">): KnownRole[] {
  const members = frameworksByRole(master);
  const amounts = amountsByRole(master);
  const used = config.roles ?? [...members.keys(), ...amounts.keys(), ...config.weights.keys()];
  const names = new Set(used.flatMap((role) => [role, ...roleAncestors(role)]));
  return [...names].sort().map((name) => ({
    name,
    weight: config.weights.get(name) ?? DEFAULT_WEIGHT,
    frameworks: members.get(name) ?? [],
    ...(amounts.get(name) ?? NOTHING),
  }));
}

function frameworksByRole(master: MasterView): Map<string, FrameworkId[]> {
  const byRole = new Map<string, FrameworkId[]>();
  for (const framework of master.frameworks.values()) {
    const { used, offered } = framework;
    for (const role of new Set([...framework.roles, ...used.allocations().keys(), ...offered.allocations().keys()])) {
      byRole.set(role, [...(byRole.get(role) ?? []), framework.id]);
    }
  }
  return byRole;
}

/** What each role has, its sub-roles included. */
function amountsByRole(master: MasterView): Map<string, RoleAmounts> {
  const allocated = sumAllocations(master, ({ used }) => used);
  const offered = sumAllocations(master, ({ offered }) => offered);
  const reserved = new Map<string, Amounts>();
  const consumed = new Map(allocated);
  for (const { total, used } of master.agents.values()) {
    const usedReservations = used.unallocate().reservations();
    for (const [role, reservation] of total.reservations()) {
      addTo(reserved, role, reservation);
      addTo(consumed, role, reservation.minus(usedReservations.get(role) ?? Resources.none));
    }
  }
  const roles = new Set([...allocated.keys(), ...offered.keys(), ...reserved.keys()]);
  return new Map(
    Array.from(roles, (role) => [
      role,
      {
        allocated: allocated.get(role) ?? NOTHING.allocated,
        offered: offered.get(role) ?? NOTHING.offered,
        reserved: reserved.get(role) ?? NOTHING.reserved,
        consumed: consumed.get(role) ?? NOTHING.consumed,
      },
    ]),
  );
}

function sumAllocations(master: MasterView, of: (framework: FrameworkView) => Resources): Map<string, Amounts> {
  const sums = new Map<string, Amounts>();
  for (const framework of master.frameworks.values()) {
    for (const [role, resources] of of(framework).allocations()) addTo(sums, role, resources);
  }
  return sums;
}

/** Adds to a role and to those above it. */
function addTo(sums: Map<string, Amounts>, role: string, resources: Iterable<Resource>): void {
  for (const name of [role, ...roleAncestors(role)]) {
    const amounts = new Map(sums.get(name));
    for (const { name: resource, scalar } of resources) {
      if (scalar !== undefined) amounts.set(resource, add(amounts.get(resource) ?? 0, scalar.value));
    }
    sums.set(name, amounts);
  }
}

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sums = new Map(a);
  for (const [name, amount] of b) sums.set(name, add(sums.get(name) ?? 0, amount));
  return sums;
}

/** Amounts have three decimals: 0.1 and 0.2 are 0.3. */
function add(a: number, b: number): number {
  return Math.round((a + b) * 1000) / 1000;
}
