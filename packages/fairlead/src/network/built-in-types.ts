import { atLeast, SPEC_VERSIONS, type SpecVersion } from "@fairlead/cni";

const CHAINED_VERSIONS: readonly SpecVersion[] = SPEC_VERSIONS.filter((version) => atLeast(version, "0.3.0"));

/**
 * The CNI plugins that are built in, and the versions of the spec that each speaks: those of the reference plugin, and 1.1.0. Chained ones cannot
 * speak those that have no `prevResult`.
 */
export const BUILT_IN_TYPES: ReadonlyMap<string, readonly SpecVersion[]> = new Map<string, readonly SpecVersion[]>([
  ["bandwidth", CHAINED_VERSIONS],
  ["bridge", SPEC_VERSIONS],
  ["firewall", SPEC_VERSIONS.filter((version) => atLeast(version, "0.4.0"))],
  ["host-local", SPEC_VERSIONS],
  ["mesos-cni-port-mapper", SPEC_VERSIONS],
  ["loopback", SPEC_VERSIONS],
  ["macvlan", SPEC_VERSIONS],
  ["portmap", SPEC_VERSIONS],
  ["ptp", SPEC_VERSIONS],
  ["static", SPEC_VERSIONS],
  ["tuning", SPEC_VERSIONS],
]);

/** Those that connect a container by a veth, which may have been made beforehand. */
export const VETH_TYPES: ReadonlySet<string> = new Set(["bridge", "ptp"]);
