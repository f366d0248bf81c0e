import { FairleadError } from "../../../base/errors.ts";
import { isWithin, parseMountTable } from "../../../base/files/mount-table.ts";

/** How the cgroup hierarchies of this machine are mounted. */
export interface CgroupLayout {
  /** `hybrid`: the controllers are version 1, and a version 2 mount lies beside them. */
  readonly mode: "v1" | "hybrid" | "v2";
  /** Mount point of each controller that containers can have; the same one for all of version 2. */
  readonly controllers: ReadonlyMap<string, string>;
  /** Mount points of all hierarchies, named ones too: the runtime makes a cgroup in each. */
  readonly mounts: readonly string[];
  /** Mount point of version 2, in `v2` and `hybrid`. */
  readonly unified?: string;
}

/** What every container is limited by. */
const REQUIRED = ["cpu", "memory", "pids"];

/** Super options of a version 1 mount that name no controller. */
const OPTIONS = /^(rw|ro|xattr|noprefix|clone_children|cpuset_v2_mode|none|.*=.*)$/;

/**
 * Reads the layout below `hierarchy` (`--cgroups_hierarchy`) from the text of `/proc/self/mountinfo`, and of `cgroup.controllers` in the root
 * of version 2, where that is what there is.
 *
 * Errors: CGROUP_UNAVAILABLE (nothing mounted there, or a controller that every container needs is missing).
 * Source: proc_pid_mountinfo(5), Linux's Documentation/admin-guide/cgroup-v1 and cgroup-v2.
 */
export function parseCgroupLayout(
  mountinfo: string,
  hierarchy: string,
  readUnifiedControllers: (mountPoint: string) => string,
): CgroupLayout {
  const v1 = new Map<string, string>();
  const mounts = new Set<string>();
  let unified: string | undefined;
  for (const { target, type, superOptions } of parseMountTable(mountinfo)) {
    if (!isWithin(target, hierarchy)) continue;
    if (type === "cgroup2") {
      unified = target;
    } else if (type === "cgroup") {
      for (const option of superOptions.filter((option) => !OPTIONS.test(option))) {
        v1.set(option, target);
      }
    } else {
      continue;
    }
    mounts.add(target);
  }
  if (mounts.size === 0) {
    throw new FairleadError("CGROUP_UNAVAILABLE", `no cgroup hierarchy is mounted below ${hierarchy}`, {
      data: { hierarchy },
    });
  }
  const onlyUnified = v1.size === 0 && unified !== undefined;
  const controllers = onlyUnified ? unifiedControllers(unified as string, readUnifiedControllers) : v1;
  const missing = REQUIRED.filter((controller) => !controllers.has(controller));
  if (missing.length > 0) {
    throw new FairleadError(
      "CGROUP_UNAVAILABLE",
      `the cgroup controllers ${missing.join(", ")} are missing below ${hierarchy}`,
      {
        data: { hierarchy, missing },
      },
    );
  }
  return {
    mode: onlyUnified ? "v2" : unified === undefined ? "v1" : "hybrid",
    controllers,
    mounts: [...mounts],
    ...(unified !== undefined && { unified }),
  };
}

function unifiedControllers(mountPoint: string, read: (mountPoint: string) => string): Map<string, string> {
  const names = read(mountPoint).split(/\s+/).filter(Boolean);
  return new Map(names.map((name) => [name, mountPoint]));
}
