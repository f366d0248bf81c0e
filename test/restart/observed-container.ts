import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import type { TaskStatus } from "@fairlead/mesos-api";
import type { Workspace } from "../support/workspace.ts";

/** What no restart may change of a running container, as the kernel has it. */
export interface ObservedContainer {
  readonly pid: number;
  /** In ticks since boot: with the pid, it tells the process beyond doubt. */
  readonly startTime: string;
  readonly namespace: string;
  readonly pinnedNamespace: string;
  readonly links: unknown;
}

export function containerIdOf(status: TaskStatus): string {
  return status.containerStatus!.containerId!.value;
}

/** Looks at a container on networks of its own, of which `status` tells. */
export function observe(workspace: Workspace, status: TaskStatus): ObservedContainer {
  const pid = status.containerStatus!.executorPid;
  const pin = workspace.cniPath(containerIdOf(status), "ns");
  return {
    pid,
    startTime: startTimeOf(pid)!,
    namespace: readlinkSync(`/proc/${pid}/ns/net`),
    pinnedNamespace: `net:[${statSync(pin).ino}]`,
    links: JSON.parse(execFileSync("nsenter", [`--net=${pin}`, "ip", "-json", "address"], { encoding: "utf8" })),
  };
}

/** Field 22 of proc_pid_stat(5); undefined if there is no such process, or if it has ended. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
