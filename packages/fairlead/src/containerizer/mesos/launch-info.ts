import type { ContainerLaunchInfo } from "./isolator.ts";

/** What a bundle is made from: the contributions of all isolators. */
export interface MergedLaunchInfo extends Required<Omit<ContainerLaunchInfo, "hostname">> {
  readonly hostname?: string;
}

/** The contributions of all isolators as one: lists in the pipeline's order; where two set the same name, the later one's value. */
export function mergeLaunchInfos(infos: readonly ContainerLaunchInfo[]): MergedLaunchInfo {
  const resources: Record<string, Record<string, unknown>> = {};
  for (const info of infos) {
    for (const [controller, settings] of Object.entries(info.resources ?? {})) {
      resources[controller] = { ...resources[controller], ...settings };
    }
  }
  const hostname = infos.findLast((info) => info.hostname !== undefined)?.hostname;
  return {
    environment: Object.assign({}, ...infos.map((info) => info.environment)),
    namespaces: infos.flatMap((info) => info.namespaces ?? []),
    mounts: infos.flatMap((info) => info.mounts ?? []),
    resources,
    argvPrefix: infos.flatMap((info) => info.argvPrefix ?? []),
    rlimits: infos.flatMap((info) => info.rlimits ?? []),
    ...(hostname !== undefined && { hostname }),
  };
}
