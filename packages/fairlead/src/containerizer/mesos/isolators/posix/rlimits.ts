import {
  isFieldSet,
  type RLimitInfo_RLimit,
  RLimitInfo_RLimit_Type,
  RLimitInfo_RLimitSchema,
} from "@fairlead/mesos-api";
import { FairleadError } from "../../../../base/errors.ts";
import type { ContainerLaunchInfo, Isolator } from "../../isolator.ts";

/** RLIM_INFINITY: all bits set. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** What `/proc/self/limits` calls each type; OCI's name of it is `RLIMIT_` and the end of Mesos's name. */
const KERNEL_NAMES: ReadonlyMap<RLimitInfo_RLimit_Type, string> = new Map([
  [RLimitInfo_RLimit_Type.RLMT_AS, "Max address space"],
  [RLimitInfo_RLimit_Type.RLMT_CORE, "Max core file size"],
  [RLimitInfo_RLimit_Type.RLMT_CPU, "Max cpu time"],
  [RLimitInfo_RLimit_Type.RLMT_DATA, "Max data size"],
  [RLimitInfo_RLimit_Type.RLMT_FSIZE, "Max file size"],
  [RLimitInfo_RLimit_Type.RLMT_LOCKS, "Max file locks"],
  [RLimitInfo_RLimit_Type.RLMT_MEMLOCK, "Max locked memory"],
  [RLimitInfo_RLimit_Type.RLMT_MSGQUEUE, "Max msgqueue size"],
  [RLimitInfo_RLimit_Type.RLMT_NICE, "Max nice priority"],
  [RLimitInfo_RLimit_Type.RLMT_NOFILE, "Max open files"],
  [RLimitInfo_RLimit_Type.RLMT_NPROC, "Max processes"],
  [RLimitInfo_RLimit_Type.RLMT_RSS, "Max resident set"],
  [RLimitInfo_RLimit_Type.RLMT_RTPRIO, "Max realtime priority"],
  [RLimitInfo_RLimit_Type.RLMT_RTTIME, "Max realtime timeout"],
  [RLimitInfo_RLimit_Type.RLMT_SIGPENDING, "Max pending signals"],
  [RLimitInfo_RLimit_Type.RLMT_STACK, "Max stack size"],
]);

/**
 * `posix/rlimits`: the limits of `ContainerInfo.rlimit_info`. Never above the hard limits of the agent: not every root may raise those
 * (CAP_SYS_RESOURCE), and no task should get more than its agent.
 *
 * `readLimits` gives the text of `/proc/self/limits`.
 */
export function createRlimitsIsolator({ readLimits }: { readLimits(): Promise<string> }): Isolator {
  return {
    name: "posix/rlimits",
    async recover() {},
    async prepare(config) {
      const wanted = config.containerInfo?.rlimitInfo?.rlimits ?? [];
      if (wanted.length === 0) {
        return undefined;
      }
      const hardLimits = parseHardLimits(await readLimits());
      return { rlimits: wanted.map((limit) => toOciRlimit(limit, hardLimits)) };
    },
    async cleanup() {},
  };
}

/** Both unset means unlimited; one alone, a soft above the hard, or a hard above the agent's is refused. */
function toOciRlimit(
  limit: RLimitInfo_RLimit,
  hardLimits: ReadonlyMap<string, bigint>,
): NonNullable<ContainerLaunchInfo["rlimits"]>[number] {
  const kernelName = KERNEL_NAMES.get(limit.type);
  if (kernelName === undefined) {
    throw invalid("Unknown rlimit type");
  }
  const type = RLimitInfo_RLimit_Type[limit.type].replace("RLMT_", "RLIMIT_");
  const hasSoft = isFieldSet(limit, RLimitInfo_RLimitSchema.field.soft);
  const hasHard = isFieldSet(limit, RLimitInfo_RLimitSchema.field.hard);
  const soft = hasSoft ? limit.soft : UNLIMITED;
  const hard = hasHard ? limit.hard : UNLIMITED;
  if (hasSoft !== hasHard || soft > hard) {
    throw invalid(`Invalid rlimit values of ${type}`);
  }
  const highest = hardLimits.get(kernelName) ?? UNLIMITED;
  if (hard > highest) {
    throw invalid(`${type} may be ${highest} at most, which is the agent's own limit`);
  }
  return { type, soft, hard };
}

/** The hard limits in the text of `/proc/self/limits`, by the kernel's names. */
export function parseHardLimits(text: string): ReadonlyMap<string, bigint> {
  const limits = new Map<string, bigint>();
  for (const line of text.split("\n")) {
    const [, name, hard] = /^(Max .+?) {2,}\S+ +(\d+|unlimited)(?: |$)/.exec(line) ?? [];
    if (name !== undefined && hard !== undefined) {
      limits.set(name, hard === "unlimited" ? UNLIMITED : BigInt(hard));
    }
  }
  return limits;
}

function invalid(message: string): FairleadError {
  return new FairleadError("CONTAINER_INVALID", message);
}
