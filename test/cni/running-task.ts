import { join } from "node:path";
import type { TaskStatus } from "@fairlead/mesos-api";
import { run } from "../demo/run.ts";

/** A task that runs on networks of its own, as an operator on the host sees it. */
export class RunningTask {
  readonly id: string;
  /** TASK_RUNNING. */
  readonly status: TaskStatus;
  readonly containerId: string;
  /** Where its network namespace is pinned. */
  readonly pin: string;

  /** `cniPath` is the directory of its container. */
  constructor(id: string, status: TaskStatus, cniPath: (containerId: string) => string) {
    this.id = id;
    this.status = status;
    this.containerId = status.containerStatus!.containerId!.value;
    this.pin = join(cniPath(this.containerId), "ns");
  }

  /** Runs a program of the host in the network namespace. */
  async inside(...argv: readonly string[]): Promise<string> {
    return await run("nsenter", `--net=${this.pin}`, "--", ...argv);
  }

  /** Interfaces and their addresses as the kernel has them, without loopback and what the kernel gives itself. */
  async kernelNetworks(): Promise<Record<string, string[]>> {
    const links = JSON.parse(await this.inside("ip", "-json", "address")) as readonly {
      readonly ifname: string;
      readonly addr_info: readonly { readonly local: string; readonly scope: string }[];
    }[];
    return Object.fromEntries(
      links
        .filter(({ ifname }) => ifname !== "lo")
        .map(({ ifname, addr_info }) => [
          ifname,
          addr_info.filter(({ scope }) => scope === "global").map(({ local }) => local),
        ]),
    );
  }
}
