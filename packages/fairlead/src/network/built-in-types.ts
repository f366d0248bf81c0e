import type { SpecVersion } from "@fairlead/cni";

/**
 * The CNI plugins that are built in, and the versions of the spec that each speaks: those of the reference plugin, and 1.1.0. Chained ones cannot
 * speak those that have no `prevResult`.
 */
export const BUILT_IN_TYPES: ReadonlyMap<string, readonly SpecVersion[]> = new Map<string, readonly SpecVersion[]>([]);
