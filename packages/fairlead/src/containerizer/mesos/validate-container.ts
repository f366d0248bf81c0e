import { isAbsolute } from "node:path";
import { type ContainerInfo, ContainerInfo_Type } from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import type { ContainerConfig } from "../containerizer.ts";

/** Whether the Mesos containerizer serves a container: everything that is not made for Docker. */
export function isServed({ containerInfo }: ContainerConfig): boolean {
  return containerInfo?.type !== ContainerInfo_Type.DOCKER;
}

/**
 * Refuses what cannot be served, rather than to run it without what was asked for.
 *
 * `isolation` are the names of the isolators at work. Errors: CONTAINER_INVALID.
 */
export function validateContainer(config: ContainerConfig, isolation: ReadonlySet<string>): void {
  const reason = reasonAgainst(config, isolation);
  if (reason !== undefined) {
    throw new FairleadError("CONTAINER_INVALID", reason, { data: { containerId: config.containerId } });
  }
}

function reasonAgainst(config: ContainerConfig, isolation: ReadonlySet<string>): string | undefined {
  if (config.parentId !== undefined) {
    return "Nested containers are not supported yet";
  }
  if (!isAbsolute(config.directory) || config.directory.includes("\0")) {
    return `The sandbox must be an absolute path: '${config.directory}'`;
  }
  if (config.command.uris.length > 0) {
    return "Fetching URIs is not supported yet";
  }
  // `environment_secret` adds those that the agent has left out
  const own = (config.command.environment?.variables ?? []).map(({ name, value }) => [name, value] as const);
  for (const [name, value] of [...Object.entries(config.environment), ...own]) {
    if (name === "" || /[=\0]/.test(name) || value.includes("\0")) {
      return `The environment variable '${name}' cannot be set: its name has '=', or one of both has a NUL byte`;
    }
  }
  return config.containerInfo && reasonAgainstInfo(config.containerInfo, isolation);
}

function reasonAgainstInfo(info: ContainerInfo, isolation: ReadonlySet<string>): string | undefined {
  const linux = info.linuxInfo;
  const unsupported: readonly (readonly [boolean, string])[] = [
    [info.mesos?.image !== undefined, "Container images are not supported yet"],
    [info.volumes.length > 0, "Volumes are not supported yet"],
    [
      info.networkInfos.some(({ name }) => name !== "") && !isolation.has("network/cni"),
      "Networks need the isolator network/cni",
    ],
    [info.ttyInfo !== undefined, "TTYs are not supported yet"],
    [
      linux?.capabilityInfo !== undefined ||
        linux?.boundingCapabilities !== undefined ||
        linux?.effectiveCapabilities !== undefined,
      "Capabilities cannot be chosen yet",
    ],
    [linux?.seccomp !== undefined, "Seccomp profiles are not supported yet"],
    [Boolean(linux?.ipcMode) || Boolean(linux?.shmSize), "IPC namespaces are not supported yet"],
    [
      (info.rlimitInfo?.rlimits.length ?? 0) > 0 && !isolation.has("posix/rlimits"),
      "Resource limits of processes need the isolator posix/rlimits",
    ],
  ];
  return unsupported.find(([asked]) => asked)?.[1];
}
