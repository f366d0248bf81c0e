import { type DomainInfo, isRevocable, isShared, type Resource, type Resources } from "@fairlead/mesos-api";
import type { FrameworkCapabilities } from "../frameworks/capabilities.ts";
import type { AllocatorAgent } from "./agent.ts";
import type { AllocatorFramework } from "./framework.ts";
import type { Quantities } from "./quantities.ts";

/** The part of the master's flags that decides who may be offered what. */
export interface OfferRules {
  readonly filterGpuResources: boolean;
  readonly minAllocatableResources: readonly Quantities[];
  readonly domain: DomainInfo | undefined;
}

/** Whether an agent may be offered to a framework for a role at all: GPUs, regions and roles only to those who understand them. */
export function mayReceive(
  framework: AllocatorFramework,
  role: string,
  agent: AllocatorAgent,
  rules: OfferRules,
): boolean {
  const { capabilities } = framework;
  if (rules.filterGpuResources && agent.hasGpus && !capabilities.gpuResources) return false;
  if (!capabilities.regionAware && isRemote(agent, rules.domain)) return false;
  if (capabilities.multiRole && !agent.isMultiRole) return false;
  return agent.isHierarchicalRole || !role.includes("/");
}

function isRemote(agent: AllocatorAgent, domain: DomainInfo | undefined): boolean {
  const region = agent.info.domain?.faultDomain?.region?.name;
  return region !== undefined && region !== domain?.faultDomain?.region?.name;
}

/** Whether a framework with these capabilities understands a resource. */
export function isUnderstood(resource: Resource, capabilities: FrameworkCapabilities): boolean {
  if (isShared(resource) && !capabilities.sharedResources) return false;
  if (isRevocable(resource) && !capabilities.revocableResources) return false;
  return resource.reservations.length < 2 || capabilities.reservationRefinement;
}

/** Whether resources are worth an offer: they hold one of the alternatives of minimal amounts. */
export function isWorthOffering(
  resources: Resources,
  role: string,
  framework: AllocatorFramework,
  rules: OfferRules,
): boolean {
  if (resources.isEmpty) return false;
  const alternatives = framework.minAllocatable.get(role) ?? rules.minAllocatableResources;
  return (
    alternatives.length === 0 ||
    alternatives.some((minimum) =>
      [...minimum].every(([name, amount]) => Math.round(resources.scalar(name) * 1000) >= amount),
    )
  );
}
