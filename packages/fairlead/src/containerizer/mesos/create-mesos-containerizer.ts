import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import type { ContainerId } from "@fairlead/mesos-api";
import { type Clock, systemClock } from "../../base/clock.ts";
import { FairleadError } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files/ensure-directory.ts";
import type { Logger } from "../../base/log.ts";
import { createUserLookup, type LookupUser } from "../../base/users.ts";
import type { Containerizer } from "../containerizer.ts";
import { ContainerCgroup } from "./cgroups/container-cgroup.ts";
import { parseCgroupLayout } from "./cgroups/layout.ts";
import { findProgram, requireProgram } from "./find-program.ts";
import { DEFAULT_ISOLATION, parseIsolation } from "./isolation.ts";
import type { Isolator } from "./isolator.ts";
import { IsolatorPipeline } from "./isolator-pipeline.ts";
import { createCpuIsolator } from "./isolators/cgroups/cpu.ts";
import { createMemoryIsolator } from "./isolators/cgroups/mem.ts";
import { createPidsIsolator } from "./isolators/cgroups/pids.ts";
import { createEnvironmentSecretIsolator } from "./isolators/environment-secret.ts";
import { createPidNamespaceIsolator } from "./isolators/namespaces/pid.ts";
import { createRlimitsIsolator } from "./isolators/posix/rlimits.ts";
import { HELPER_PATH } from "./launcher/conmon.ts";
import { Launcher } from "./launcher/launcher.ts";
import { OomNotices } from "./launcher/oom-notices.ts";
import { DESTROY_TIMEOUT_MS, PIDS_LIMIT } from "./limits.ts";
import { MesosContainerizer } from "./mesos-containerizer.ts";
import { containerPaths, containersDirectory } from "./paths.ts";

export interface MesosContainerizerOptions {
  readonly runtimeDir: string;
  /** `--isolation`; the default is Mesos's. */
  readonly isolation?: string;
  /** `network/cni`; undefined: containers that name a network are refused. */
  readonly network?: Isolator;
  /** `--cgroups_hierarchy`, default `/sys/fs/cgroup`. */
  readonly cgroupsHierarchy?: string;
  /** `--cgroups_root`, default `mesos`: the cgroup of a container is `<hierarchy>/<controller>/<root>/<container id>`. */
  readonly cgroupsRoot?: string;
  /** `--cgroups_enable_cfs`, default false. */
  readonly cgroupsEnableCfs?: boolean;
  /** `--cgroups_limit_swap`, default false. */
  readonly cgroupsLimitSwap?: boolean;
  /** `--cgroups_destroy_timeout`, default 1 minute. */
  readonly cgroupsDestroyTimeoutMs?: number;
  /** Bound on processes and threads of each container, default 4096. */
  readonly pidsLimit?: number;
  /** OCI runtimes, names or paths, the preferred one first; default crun, then runc. */
  readonly runtimes?: readonly string[];
  readonly lookupUser?: LookupUser;
  readonly clock?: Clock;
  readonly log: Logger;
}

/**
 * The Mesos containerizer of this machine.
 *
 * Errors: ISOLATION_INVALID, RUNTIME_MISSING (no OCI runtime, conmon, or init where `namespaces/pid` needs one), CGROUP_UNAVAILABLE,
 * FLAG_INVALID (`--cgroups_root`).
 */
export async function createMesosContainerizer(options: MesosContainerizerOptions): Promise<Containerizer> {
  const { runtimeDir, clock = systemClock, log } = options;
  const names = parseIsolation(options.isolation ?? DEFAULT_ISOLATION);
  const cgroupsRoot = checkCgroupsRoot(options.cgroupsRoot ?? "mesos");
  const layout = parseCgroupLayout(
    await readFile("/proc/self/mountinfo", "utf8"),
    options.cgroupsHierarchy ?? "/sys/fs/cgroup",
    (mountPoint) => readFileSync(join(mountPoint, "cgroup.controllers"), "utf8"),
  );
  const launcher = new Launcher({
    conmon: await requireProgram(["conmon"], HELPER_PATH),
    runtimes: await findRuntimes(options.runtimes ?? ["crun", "runc"]),
    ...(layout.mode === "hybrid" && layout.unified !== undefined && { unifiedCgroup: layout.unified }),
    clock,
    log,
  });
  for (const program of ["unshare", "mount", "umount"]) {
    await requireProgram([program], HELPER_PATH);
  }
  const notices = new OomNotices((id) => containerPaths(runtimeDir, id).oomNotice);
  const context = { cgroup: (id: ContainerId) => new ContainerCgroup(layout, cgroupsRoot, id, clock) };
  const makers: Readonly<Record<string, () => Isolator | undefined | Promise<Isolator>>> = {
    "cgroups/cpu": () => createCpuIsolator(context, { enableCfs: options.cgroupsEnableCfs ?? false }),
    "cgroups/mem": () =>
      createMemoryIsolator(context, { limitSwap: options.cgroupsLimitSwap ?? false, clock, notices }),
    "cgroups/pids": () => createPidsIsolator(context, { limit: options.pidsLimit ?? PIDS_LIMIT }),
    "posix/rlimits": () => createRlimitsIsolator({ readLimits: () => readFile("/proc/self/limits", "utf8") }),
    "namespaces/pid": async () =>
      createPidNamespaceIsolator({ init: await requireProgram(["tini", "catatonit"], HELPER_PATH) }),
    "network/cni": () => options.network,
    environment_secret: createEnvironmentSecretIsolator,
  };
  const isolators: Isolator[] = [];
  for (const name of names) {
    // filesystem/posix, posix/cpu and posix/mem have nothing to do: the host's files are there, and the cgroups count
    const isolator = await makers[name]?.();
    if (isolator !== undefined) isolators.push(isolator);
  }
  await ensureDirectory(runtimeDir, 0o755);
  await ensureDirectory(containersDirectory(runtimeDir), 0o700);
  return new MesosContainerizer({
    runtimeDir,
    layout,
    cgroupsRoot,
    isolation: new Set(isolators.map(({ name }) => name)),
    pipeline: new IsolatorPipeline(isolators, log),
    launcher,
    lookupUser: options.lookupUser ?? createUserLookup(clock),
    destroyTimeoutMs: options.cgroupsDestroyTimeoutMs ?? DESTROY_TIMEOUT_MS,
    clock,
    log,
  });
}

async function findRuntimes(names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    const path = await findProgram([name], HELPER_PATH);
    if (path !== undefined) found.push(path);
  }
  if (found.length === 0) {
    // says which could be installed
    await requireProgram(names, HELPER_PATH);
  }
  return found;
}

/** The root becomes a path below each hierarchy, and is removed when it is empty: never a hierarchy's own root. */
function checkCgroupsRoot(root: string): string {
  const path = normalize(root).replace(/^\/+|\/+$/g, "");
  if (path === "" || path === "." || path.split("/").includes("..") || path.includes("\0")) {
    throw new FairleadError("FLAG_INVALID", `--cgroups_root must name a cgroup below the hierarchies: '${root}'`);
  }
  return path;
}
