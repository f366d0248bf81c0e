import type { JsonObject, JsonValue, RuntimeConf } from "@fairlead/cni";
import type { Observation } from "./observe.ts";
import type { PortMapping } from "./reach.ts";

/** A network as an operator writes it, and what its containers ask for. */
export interface Scenario {
  readonly config: JsonObject;
  /** Done on the host before the first ADD, by `sh`. */
  readonly prepare?: string;
  /** Done in a container before its ADD. */
  readonly prepareContainer?: string;
  /** Written below the directory that stands for the root of the host. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default two, `c1` and `c2`. */
  readonly ids?: readonly string[];
  /** Default `eth0`. */
  readonly ifName?: string;
  readonly capabilityArgs?: (containerId: string) => Readonly<Record<string, JsonValue>>;
  readonly args?: (containerId: string) => readonly (readonly [string, string])[];
  /** The CHECK of the reference finds a fault where there is none. */
  readonly referenceCheckFails?: RegExp;
  /** What differs and is meant to, taken out of an observation of either side. */
  readonly without?: (observation: Observation) => Observation;
}

export function runtimeConf(scenario: Scenario, netns: string, containerId: string): RuntimeConf {
  return {
    containerId,
    netns,
    ifName: scenario.ifName ?? "eth0",
    ...(scenario.args ? { args: scenario.args(containerId) } : {}),
    ...(scenario.capabilityArgs ? { capabilityArgs: scenario.capabilityArgs(containerId) } : {}),
  };
}

/** Where a namespace has gone before DEL, the reference `tuning` leaves the file that holds what it was to restore there. */
export function withoutTuningOfC2(seen: Observation): Observation {
  const isStale = (path: string) => path.startsWith("run/cni/tuning/c2") && seen.containers.c2 === undefined;
  return { ...seen, files: Object.fromEntries(Object.entries(seen.files).filter(([path]) => !isStale(path))) };
}

export function mappingsOf({ capabilityArgs }: Scenario, ids: readonly string[]): PortMapping[] {
  // a scenario's own list
  return ids.flatMap((id) => (capabilityArgs?.(id).portMappings ?? []) as unknown as PortMapping[]);
}
