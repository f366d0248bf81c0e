import {
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  AgentInfoSchema,
  type ContainerId,
  type ContainerStatus,
  ContainerStatusSchema,
  create,
  ExecutorInfoSchema,
  type FrameworkId,
  FrameworkInfoSchema,
  parseAgentId,
  parseContainerId,
  parseExecutorId,
  parseFrameworkId,
  parseResources,
  parseTaskId,
  type ResourceStatistics,
  ResourceStatisticsSchema,
  Resources,
  type Task,
  type TaskId,
  TaskInfoSchema,
  TaskSchema,
  type TaskState,
  Value_Type,
} from "@fairlead/mesos-api";
import type { AgentExecutorView, AgentFrameworkView } from "../entities.ts";
import type { ServedAgent } from "./served-agent.ts";

/** Entities made by hand, for tests of what the endpoints make of them. */

/** The fields of a view where those of an entity are: not its own, as getters of a class. */
function asEntity<T extends object>(fields: T): T {
  return Object.create(fields);
}

export const AGENT = parseAgentId("m1-S0");
export const FRAMEWORK = parseFrameworkId("m1-0000");

export function bag(text: string): Resources {
  return Resources.of(parseResources(text, { defaultRole: "*" }));
}

export function aTask(id: string, state: TaskState): Task {
  return create(TaskSchema, {
    taskId: { value: id },
    name: id,
    frameworkId: { value: FRAMEWORK },
    agentId: { value: AGENT },
    state,
    resources: bag("cpus:0.5").allocate("*").toArray(),
  });
}

export function tasks(...list: Task[]): Map<TaskId, Task> {
  return new Map(list.map((task) => [parseTaskId(task.taskId?.value ?? ""), task]));
}

export function aQueuedTask(id: string) {
  const info = create(TaskInfoSchema, {
    taskId: { value: id },
    name: id,
    agentId: { value: AGENT },
    resources: bag("cpus:0.5").allocate("*").toArray(),
    command: { value: "sleep 60", user: "nobody" },
  });
  return new Map([[parseTaskId(id), info]]);
}

/** The executor that the agent makes for a command task. */
export function anExecutor(id: string, changes: Partial<AgentExecutorView> = {}): AgentExecutorView {
  return asEntity<AgentExecutorView>({
    id: parseExecutorId(id),
    info: create(ExecutorInfoSchema, {
      executorId: { value: id },
      frameworkId: { value: FRAMEWORK },
      name: `Command Executor (Task: ${id}) (Command: sh -c 'sleep 60')`,
      source: id,
      resources: bag("cpus:0.1;mem:32").allocate("*").toArray(),
    }),
    isCommandExecutor: true,
    containerId: parseContainerId(`c-${id}`),
    ended: false,
    directory: `/var/lib/fairlead/slaves/m1-S0/frameworks/m1-0000/executors/${id}/runs/c-${id}`,
    resources: bag("cpus:0.6;mem:32").allocate("*"),
    queuedTasks: new Map(),
    tasks: new Map(),
    terminatedTasks: new Map(),
    completedTasks: [],
    ...changes,
  });
}

export function aFramework(
  executors: readonly AgentExecutorView[],
  completedExecutors: readonly AgentExecutorView[] = [],
  id: FrameworkId = FRAMEWORK,
): AgentFrameworkView {
  return asEntity<AgentFrameworkView>({
    id,
    info: create(FrameworkInfoSchema, { id: { value: id }, name: "demo", user: "root", hostname: "f1.lab" }),
    executors: new Map(executors.map((executor) => [executor.id, executor])),
    completedExecutors,
  });
}

export class FakeAgent implements ServedAgent {
  recovered = true;
  registered = true;
  id = AGENT;
  info = create(AgentInfoSchema, {
    id: { value: AGENT },
    hostname: "a1.lab",
    port: 5051,
    resources: bag("cpus:4;mem:2048;ports:[31000-32000];disk(eng):100").toArray(),
    attributes: [{ name: "rack", type: Value_Type.TEXT, text: { value: "r7" } }],
  });
  pid = "slave(1)@10.0.0.11:5051";
  capabilities = [create(AgentInfo_CapabilitySchema, { type: AgentInfo_Capability_Type.MULTI_ROLE })];
  startedMs = 1_767_322_100_500;
  masterHostname: string | undefined = "m1.lab";
  frameworks: ReadonlyMap<FrameworkId, AgentFrameworkView> = new Map();
  completedFrameworks: readonly AgentFrameworkView[] = [];
  allocated = Resources.none;
  counters: ReadonlyMap<string, number> = new Map();
  /** Containers that are just ending: nothing can be learned of them. */
  readonly gone = new Set<string>();

  async containerStatus(containerId: ContainerId): Promise<ContainerStatus> {
    this.#check(containerId);
    return create(ContainerStatusSchema, {
      containerId: { value: containerId },
      networkInfos: [
        {
          name: "blue",
          ipAddresses: [{ ipAddress: "10.22.0.5" }],
          labels: { labels: [{ key: "tier", value: "front" }] },
        },
      ],
      executorPid: 4711,
    });
  }

  async usage(containerId: ContainerId): Promise<ResourceStatistics> {
    this.#check(containerId);
    return create(ResourceStatisticsSchema, { timestamp: 1767322130.5, memRssBytes: 4096n });
  }

  metrics() {
    return this.counters;
  }

  #check(containerId: ContainerId): void {
    if (this.gone.has(containerId)) throw new Error("no such container");
  }
}
