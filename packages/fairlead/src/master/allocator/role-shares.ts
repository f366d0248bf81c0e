import type { FrameworkId, Resources } from "@fairlead/mesos-api";
import { DrfSorter } from "./drf-sorter.ts";
import type { AllocatorFramework } from "./framework.ts";
import { accumulate, type Quantities, scalarQuantities } from "./quantities.ts";

/**
 * Whose turn it is: the roles among each other, and within a role the frameworks that are subscribed to it or still have something of it.
 */
export class RoleShares {
  readonly #roles: DrfSorter;
  readonly #members = new Map<string, DrfSorter>();
  readonly #totals = new Map<string, number>();
  readonly #holds: (frameworkId: FrameworkId, role: string) => boolean;

  /** `holds`: whether a framework has anything for a role. */
  constructor(weights: ReadonlyMap<string, number>, holds: (frameworkId: FrameworkId, role: string) => boolean) {
    this.#roles = new DrfSorter((role) => weights.get(role) ?? 1);
    this.#holds = holds;
  }

  /** The roles that anybody has, the one that is owed most first. A snapshot. */
  order(): readonly string[] {
    return this.#roles.sort();
  }

  /** The active frameworks of a role, the one that is owed most first. A snapshot. */
  members(role: string): readonly FrameworkId[] {
    // Only ids of frameworks were added.
    return (this.#members.get(role)?.sort() ?? []) as readonly FrameworkId[];
  }

  names(): Iterable<string> {
    return this.#members.keys();
  }

  join(frameworkId: FrameworkId, role: string): DrfSorter {
    let members = this.#members.get(role);
    if (members === undefined) {
      members = new DrfSorter();
      members.addTotal(this.#totals);
      this.#members.set(role, members);
      this.#roles.add(role);
      this.#roles.activate(role);
    }
    if (!members.has(frameworkId)) members.add(frameworkId);
    return members;
  }

  /** Takes a framework out of a role to which it is no longer subscribed; while it has something of it that still counts. */
  leave(frameworkId: FrameworkId, role: string): void {
    const members = this.#members.get(role);
    if (!members?.has(frameworkId)) return;
    if (this.#holds(frameworkId, role)) {
      members.deactivate(frameworkId);
      return;
    }
    members.remove(frameworkId);
    if (members.size > 0) return;
    this.#members.delete(role);
    this.#roles.remove(role);
  }

  /** Lets a framework take part in its roles, but for those that it has suppressed, or in none while it is inactive. */
  updateActivity(framework: AllocatorFramework): void {
    for (const role of framework.roles) {
      const members = this.#members.get(role);
      if (framework.isActive && !framework.suppressedRoles.has(role)) members?.activate(framework.id);
      else members?.deactivate(framework.id);
    }
  }

  /** Counts what a framework got, also for a role that it is not subscribed to. */
  allocated(framework: AllocatorFramework, resources: Resources): void {
    for (const [role, part] of resources.allocations()) {
      const quantities = scalarQuantities(part);
      this.join(framework.id, role).allocated(framework.id, quantities);
      this.#roles.allocated(role, quantities);
    }
  }

  /** Counts what a framework no longer has. */
  released(framework: AllocatorFramework, resources: Resources): void {
    for (const [role, part] of resources.allocations()) {
      const quantities = scalarQuantities(part);
      this.#members.get(role)?.unallocated(framework.id, quantities);
      this.#roles.unallocated(role, quantities);
      if (!framework.roles.has(role)) this.leave(framework.id, role);
    }
  }

  /** Changes what there is to share. */
  changeTotal(quantities: Quantities, sign: 1 | -1): void {
    accumulate(this.#totals, quantities, sign);
    for (const sorter of [this.#roles, ...this.#members.values()]) {
      if (sign > 0) sorter.addTotal(quantities);
      else sorter.removeTotal(quantities);
    }
  }
}
