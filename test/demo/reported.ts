import type { TaskStatus } from "@fairlead/mesos-api";

/** One entry of `network_infos`: the network, undefined for the agent's own, and the addresses on it. */
export interface ReportedNetwork {
  readonly network: string | undefined;
  readonly addresses: readonly string[];
}

/** What a status update says. */
export function reportedByUpdate(status: TaskStatus): ReportedNetwork[] {
  return (status.containerStatus?.networkInfos ?? []).map(({ name, ipAddresses }) => ({
    network: name || undefined,
    addresses: ipAddresses.map(({ ipAddress }) => ipAddress),
  }));
}

interface StateTask {
  readonly id: string;
  readonly statuses: readonly {
    readonly state: string;
    readonly container_status?: {
      readonly container_id?: { readonly value: string };
      readonly network_infos?: readonly {
        readonly name?: string;
        readonly ip_addresses?: readonly { readonly ip_address: string }[];
      }[];
    };
  }[];
}

/** What the `state` of a master, or of an agent, says of a running task: they differ in where its tasks stand. */
export async function reportedByState(url: string, taskId: string): Promise<ReportedNetwork[]> {
  const response = await fetch(`${url}/state`);
  const state = (await response.json()) as {
    readonly frameworks: readonly {
      readonly tasks?: readonly StateTask[];
      readonly executors?: readonly { readonly tasks?: readonly StateTask[] }[];
    }[];
  };
  const tasks = state.frameworks.flatMap((framework) => [
    ...(framework.tasks ?? []),
    ...(framework.executors ?? []).flatMap((executor) => executor.tasks ?? []),
  ]);
  const task = tasks.find(({ id }) => id === taskId);
  const running = task?.statuses.findLast((status) => status.state === "TASK_RUNNING");
  return (running?.container_status?.network_infos ?? []).map(({ name, ip_addresses: ips = [] }) => ({
    network: name,
    addresses: ips.map(({ ip_address: ip }) => ip),
  }));
}
