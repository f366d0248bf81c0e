type StateNetworks = readonly { readonly ip_addresses?: readonly { readonly ip_address: string }[] }[];

/** What tests read of a task in the `/state` of a master or of an agent. */
export interface StateTask {
  readonly id: string;
  readonly state: string;
  readonly slave_id: string;
  readonly statuses: readonly {
    readonly state: string;
    readonly container_status?: {
      readonly container_id?: { readonly value: string };
      readonly network_infos?: StateNetworks;
    };
  }[];
}

export interface StateFramework {
  readonly id: string;
  readonly connected: boolean;
  readonly active: boolean;
  readonly recovered: boolean;
  readonly tasks: readonly StateTask[];
  readonly unreachable_tasks: readonly StateTask[];
  readonly completed_tasks: readonly StateTask[];
}

export interface MasterState {
  readonly slaves: readonly { readonly id: string; readonly active: boolean; readonly pid: string }[];
  readonly recovered_slaves: readonly { readonly id: string }[];
  readonly unreachable_slaves: number;
  readonly frameworks: readonly StateFramework[];
  readonly completed_frameworks: readonly StateFramework[];
}

export interface StateExecutor {
  readonly id: string;
  readonly container: string;
  readonly directory: string;
  readonly tasks: readonly StateTask[];
  readonly completed_tasks: readonly StateTask[];
}

export interface AgentState {
  readonly id: string;
  readonly frameworks: readonly { readonly id: string; readonly executors: readonly StateExecutor[] }[];
  readonly completed_frameworks: readonly {
    readonly id: string;
    readonly completed_executors: readonly StateExecutor[];
  }[];
}

export async function masterState(): Promise<MasterState> {
  return (await getJson("http://127.0.0.1:5050/state")) as MasterState;
}

export async function agentState(): Promise<AgentState> {
  return (await getJson("http://127.0.0.1:5051/state")) as AgentState;
}

/** The executor of a command task that its agent knows as living, or as ended and not acknowledged. */
export async function executorOf(taskId: string): Promise<StateExecutor> {
  const { frameworks } = await agentState();
  const executor = frameworks.flatMap(({ executors }) => executors).find(({ id }) => id === taskId);
  if (executor === undefined) throw new Error(`the agent does not know an executor ${taskId}`);
  return executor;
}

/** The addresses of a container, as the agent's `/containers` tells them. */
export async function containerAddresses(containerId: string): Promise<string[]> {
  const containers = (await getJson("http://127.0.0.1:5051/containers")) as readonly {
    readonly container_id: string;
    readonly status?: { readonly network_infos?: StateNetworks };
  }[];
  const infos = containers.find(({ container_id }) => container_id === containerId)?.status?.network_infos ?? [];
  return infos.flatMap((info) => (info.ip_addresses ?? []).map((address) => address.ip_address));
}

/** What the agent's `/monitor/statistics` tells of each of its executors. */
export async function monitorStatistics(): Promise<
  readonly {
    readonly executor_id: string;
    readonly statistics: {
      readonly cpus_soft_limit: number;
      readonly mem_limit_bytes: number;
      readonly mem_rss_bytes: number;
    };
  }[]
> {
  return (await getJson("http://127.0.0.1:5051/monitor/statistics")) as Awaited<ReturnType<typeof monitorStatistics>>;
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return await response.json();
}
