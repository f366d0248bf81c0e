import { FairleadError } from "../../base/errors.ts";

/** An entry of the table: an isolator of Mesos that is here, or why it is not. */
export interface KnownIsolator {
  /** The name in `--isolation`. */
  readonly name: string;
  /** Why naming it refuses the start; undefined: it is implemented. */
  readonly refused?: string;
}

const NO_IMAGES = "container images are not implemented yet";
const NO_VOLUMES = "volumes are not implemented yet";
const NO_SUBSYSTEM = "this cgroup subsystem is not isolated yet";
const NO_DISK = "disk quotas are not implemented yet";

/**
 * Every isolator of Mesos, in Mesos's order: `prepare` runs down this table, `cleanup` runs up.
 *
 * Source: the table of creators in Mesos's `src/slave/containerizer/mesos/containerizer.cpp`.
 */
export const ISOLATORS: readonly KnownIsolator[] = [
  { name: "filesystem/posix" },
  { name: "filesystem/linux", refused: NO_IMAGES },
  { name: "filesystem/shared", refused: NO_VOLUMES },
  { name: "posix/cpu" },
  { name: "posix/mem" },
  { name: "posix/rlimits" },
  { name: "cgroups/all", refused: "it names subsystems that are not isolated yet; cpu, mem and pids always are" },
  { name: "cgroups/blkio", refused: NO_SUBSYSTEM },
  { name: "cgroups/cpu" },
  { name: "cgroups/cpuset", refused: NO_SUBSYSTEM },
  { name: "cgroups/devices", refused: "every container has the default devices of the OCI runtime and no others" },
  { name: "cgroups/hugetlb", refused: NO_SUBSYSTEM },
  { name: "cgroups/mem" },
  { name: "cgroups/net_cls", refused: NO_SUBSYSTEM },
  { name: "cgroups/net_prio", refused: NO_SUBSYSTEM },
  { name: "cgroups/perf_event", refused: NO_SUBSYSTEM },
  { name: "cgroups/pids" },
  { name: "appc/runtime", refused: NO_IMAGES },
  { name: "docker/runtime", refused: NO_IMAGES },
  { name: "linux/devices", refused: "every container has the default devices of the OCI runtime and no others" },
  { name: "linux/capabilities", refused: "every container has the same reduced capabilities" },
  { name: "linux/nnp", refused: "programs that change the user work in every container" },
  { name: "namespaces/ipc", refused: "containers share the IPC namespace of the agent" },
  { name: "namespaces/pid" },
  { name: "volume/sandbox_path", refused: NO_VOLUMES },
  { name: "docker/volume", refused: NO_VOLUMES },
  { name: "volume/host_path", refused: NO_VOLUMES },
  { name: "volume/image", refused: NO_VOLUMES },
  { name: "volume/secret", refused: NO_VOLUMES },
  { name: "volume/csi", refused: NO_VOLUMES },
  { name: "disk/du", refused: NO_DISK },
  { name: "disk/xfs", refused: NO_DISK },
  { name: "linux/seccomp", refused: "seccomp profiles are not implemented yet" },
  { name: "gpu/nvidia", refused: "GPUs are not implemented yet" },
  { name: "network/cni" },
  { name: "network/port_mapping", refused: "it is not implemented yet; network/cni is" },
  { name: "network/ports", refused: "the use of ports is not watched yet" },
  { name: "environment_secret" },
];

/** The value of `--isolation` when it is not given. */
export const DEFAULT_ISOLATION = "posix/cpu,posix/mem";

/** Names of old, and what Mesos puts in their place. */
const DEPRECATED: Readonly<Record<string, readonly string[]>> = {
  process: ["posix/cpu", "posix/mem"],
  cgroups: ["cgroups/cpu", "cgroups/mem"],
  "posix/disk": ["disk/du"],
};

/**
 * Added whatever is named: Mesos adds the secrets; the limits are Fairlead's own default, so that no container can take the machine's cpu,
 * memory and process numbers from the others. `posix/cpu` and `posix/mem` ask for accounting, which the cgroups give as well.
 */
const ALWAYS = ["cgroups/cpu", "cgroups/mem", "cgroups/pids", "environment_secret"];

/**
 * The isolators that `--isolation` asks for, in the order of the pipeline.
 *
 * Adds what Mesos adds: `filesystem/posix` and `network/cni` where no other of their kind is named, and `environment_secret`.
 * Errors: ISOLATION_INVALID (unknown, refused, duplicate, two of the network or file system).
 */
export function parseIsolation(text: string): readonly string[] {
  const tokens = text
    .split(",")
    .map((token) => token.trim())
    .filter((token) => token !== "");
  const duplicate = tokens.find((token, index) => tokens.indexOf(token) !== index);
  if (duplicate !== undefined) {
    throw invalid(`Duplicate entries found in --isolation flag '${text}': ${duplicate}`);
  }
  const names = new Set(tokens.flatMap((token) => DEPRECATED[token] ?? [token]));
  const filesystems = [...names].filter((name) => name.startsWith("filesystem/"));
  if (filesystems.length > 1) {
    throw invalid("Using multiple filesystem isolators simultaneously is disallowed");
  }
  // network/ports watches ports only, and goes together with every network
  const networks = [...names].filter((name) => name.startsWith("network/") && name !== "network/ports");
  if (networks.length > 1) {
    throw invalid("Using multiple network isolators simultaneously is disallowed");
  }
  for (const name of names) {
    const known = ISOLATORS.find((isolator) => isolator.name === name);
    if (known === undefined) {
      throw invalid(`Unknown or unsupported isolator '${name}'`);
    }
    if (known.refused !== undefined) {
      throw invalid(`Unknown or unsupported isolator '${name}': ${known.refused}`);
    }
  }
  names.add(filesystems[0] ?? "filesystem/posix");
  names.add(networks[0] ?? "network/cni");
  for (const name of ALWAYS) {
    names.add(name);
  }
  return ISOLATORS.map(({ name }) => name).filter((name) => names.has(name));
}

function invalid(message: string): FairleadError {
  return new FairleadError("ISOLATION_INVALID", message);
}
