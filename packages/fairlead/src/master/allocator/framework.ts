import type { FrameworkId, FrameworkInfo } from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { type FrameworkCapabilities, frameworkCapabilities, frameworkRoles } from "../frameworks/capabilities.ts";
import type { OfferConstraintsFilter } from "./offer-constraints.ts";
import type { Quantities } from "./quantities.ts";
import { Refusals } from "./refusals.ts";

/** What a framework wants, as the allocator sees it. Only the allocator changes it. */
export class AllocatorFramework {
  readonly id: FrameworkId;
  readonly refusals: Refusals;
  readonly suppressedRoles = new Set<string>();
  roles: ReadonlySet<string> = new Set();
  capabilities!: FrameworkCapabilities;
  /** By role: what an offer must hold at least, instead of what the master's flag says. */
  minAllocatable: ReadonlyMap<string, readonly Quantities[]> = new Map();
  constraints: OfferConstraintsFilter;
  isActive = false;

  constructor(id: FrameworkId, info: FrameworkInfo, constraints: OfferConstraintsFilter, clock: Clock) {
    this.id = id;
    this.refusals = new Refusals(clock);
    this.constraints = constraints;
    this.setInfo(info);
  }

  /** Takes over what a FrameworkInfo says: roles, capabilities, minimal offers. */
  setInfo(info: FrameworkInfo): void {
    this.roles = new Set(frameworkRoles(info));
    this.capabilities = frameworkCapabilities(info);
    this.minAllocatable = new Map(
      Object.entries(info.offerFilters).flatMap(([role, { minAllocatableResources }]) =>
        minAllocatableResources === undefined
          ? []
          : [[role, minAllocatableResources.quantities.map(({ quantities }) => toQuantities(quantities))]],
      ),
    );
  }
}

function toQuantities(message: Readonly<Record<string, { readonly value: number }>>): Quantities {
  return new Map(Object.entries(message).map(([name, { value }]) => [name, Math.round(value * 1000)]));
}
