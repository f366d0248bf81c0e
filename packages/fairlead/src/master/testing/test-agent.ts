import {
  AgentInfoSchema,
  AgentInfo_Capability_Type as Capability,
  create,
  type ExecutorInfo,
  type FrameworkInfo,
  internal,
  type MessageInitShape,
  parseResources,
  type Task,
  type TaskInfo,
  TaskSchema,
  TaskState,
  TaskStatus_Source,
  type TaskStatusSchema,
} from "@fairlead/mesos-api";
import type { Clock } from "../../base/clock.ts";
import { replaceFields } from "../../base/replace-fields.ts";
import type { Master } from "../master.ts";
import type { CallOutcome } from "../master-calls.ts";
import { RecordingStream } from "./recording-stream.ts";

const { AgentCallSchema, AgentCall_RegisterSchema, AgentCall_Type, AgentEvent_Type, Feature } = internal;

export interface AgentOptions {
  readonly hostname?: string;
  readonly pid?: string;
  readonly resources?: string;
  readonly features?: readonly internal.Feature[];
  readonly info?: Partial<MessageInitShape<typeof AgentInfoSchema>>;
  readonly secret?: string;
}

let sequence = 0;

/** The other side of the agents' protocol: keeps tasks, sends updates when it is told to, answers pings. */
export class TestAgent {
  readonly clock: Clock;
  readonly options: AgentOptions;
  readonly pid: string;
  readonly hostname: string;
  master: Master;
  stream = new RecordingStream<internal.AgentEvent>();
  streamId = "";
  id = "";
  answersPings = true;
  readonly frameworks = new Map<string, FrameworkInfo>();
  readonly tasks = new Map<string, Task>();
  /** Custom executors, by framework and executor id. */
  readonly executors = new Map<string, ExecutorInfo>();
  readonly #launched: TaskInfo[] = [];

  constructor(master: Master, clock: Clock, options: AgentOptions = {}) {
    const number = sequence++;
    this.master = master;
    this.clock = clock;
    this.options = options;
    this.hostname = options.hostname ?? `agent${number}`;
    this.pid = options.pid ?? `slave(1)@10.${number >> 16}.${(number >> 8) & 255}.${number & 255}:5051`;
  }

  /** What it would say of itself and its tasks. */
  registration(): internal.AgentCall_Register {
    const info = create(AgentInfoSchema, {
      hostname: this.hostname,
      resources: parseResources(this.options.resources ?? "cpus:4;mem:4096;disk:10000;ports:[31000-32000]"),
      ...this.options.info,
      ...(this.id === "" ? {} : { id: { value: this.id } }),
    } as MessageInitShape<typeof AgentInfoSchema>);
    return create(AgentCall_RegisterSchema, {
      protocolVersion: 1,
      agentInfo: info,
      pid: this.pid,
      version: "1.12.0",
      capabilities: [
        { type: Capability.MULTI_ROLE },
        { type: Capability.HIERARCHICAL_ROLE },
        { type: Capability.RESERVATION_REFINEMENT },
        { type: Capability.TASK_RESOURCE_LIMITS },
      ],
      features: [...(this.options.features ?? [Feature.COMMAND_TASKS])],
      frameworks: [...this.frameworks.values()],
      tasks: [...this.tasks.values()],
      executors: [...this.executors.values()],
    });
  }

  register(registration = this.registration()): CallOutcome {
    this.stream = new RecordingStream((event) => this.#onEvent(event));
    this.streamId = `agent-${sequence++}`;
    return this.master.registerAgent(registration, this.stream, this.streamId, this.options.secret);
  }

  disconnect(): void {
    this.stream.isEnded = true;
    this.master.agentDisconnected(this.streamId);
  }

  call(init: MessageInitShape<typeof AgentCallSchema>): CallOutcome {
    return this.master.agentCall(create(AgentCallSchema, init), this.streamId);
  }

  events(type: internal.AgentEvent_Type): internal.AgentEvent[] {
    return this.stream.events.filter((event) => event.type === type);
  }

  /** The tasks of all RUN_TASK events, over all streams. */
  get launched(): readonly TaskInfo[] {
    return this.#launched;
  }

  /** Sends a status update of a task that it runs. Returns its uuid. */
  update(
    taskId: string,
    state: TaskState,
    options: {
      uuid?: Uint8Array;
      latestState?: TaskState;
      status?: Partial<MessageInitShape<typeof TaskStatusSchema>>;
    } = {},
  ): Uint8Array {
    const task = this.tasks.get(taskId);
    const uuid = options.uuid ?? newUuid();
    const latestState = options.latestState ?? state;
    if (task !== undefined) this.tasks.set(taskId, replaceFields(task, { state: latestState }));
    this.call({
      type: AgentCall_Type.UPDATE,
      update: {
        frameworkId: task?.frameworkId ?? { value: "unknown" },
        latestState,
        status: {
          taskId: { value: taskId },
          state,
          source: TaskStatus_Source.EXECUTOR,
          agentId: { value: this.id },
          timestamp: this.clock.now() / 1000,
          uuid,
          ...options.status,
        } as MessageInitShape<typeof TaskStatusSchema>,
      },
    });
    return uuid;
  }

  /** An executor has ended. */
  endExecutor(key: string): void {
    const executor = this.executors.get(key);
    this.executors.delete(key);
    if (executor === undefined) return;
    this.call({
      type: AgentCall_Type.EXECUTOR_TERMINATED,
      executorTerminated: { frameworkId: executor.frameworkId!, executorId: executor.executorId!, status: 0 },
    });
  }

  #onEvent(event: internal.AgentEvent): void {
    switch (event.type) {
      case AgentEvent_Type.REGISTERED:
        this.id = event.registered?.agentId?.value ?? "";
        break;
      case AgentEvent_Type.PING:
        if (this.answersPings) queueMicrotask(() => this.call({ type: AgentCall_Type.PONG }));
        break;
      case AgentEvent_Type.RUN_TASK:
        this.#run(event.runTask!.frameworkInfo!, event.runTask!.task!);
        break;
      case AgentEvent_Type.SHUTDOWN_FRAMEWORK:
        this.#shutdown(event.shutdownFramework?.frameworkId?.value ?? "");
        break;
    }
  }

  #run(info: FrameworkInfo, task: TaskInfo): void {
    this.#launched.push(task);
    this.frameworks.set(info.id!.value, info);
    const { executor } = task;
    if (executor !== undefined) this.executors.set(`${info.id!.value}/${executor.executorId!.value}`, executor);
    this.tasks.set(
      task.taskId!.value,
      create(TaskSchema, {
        name: task.name,
        taskId: task.taskId!,
        frameworkId: info.id!,
        agentId: task.agentId!,
        ...(executor?.executorId === undefined ? {} : { executorId: executor.executorId }),
        state: TaskState.TASK_STAGING,
        resources: task.resources,
      }),
    );
  }

  #shutdown(frameworkId: string): void {
    for (const [taskId, task] of this.tasks) if (task.frameworkId?.value === frameworkId) this.tasks.delete(taskId);
    for (const key of this.executors.keys()) if (key.startsWith(`${frameworkId}/`)) this.executors.delete(key);
    this.frameworks.delete(frameworkId);
  }
}

let uuids = 0;

/** Sixteen bytes that were not used before. */
export function newUuid(): Uint8Array {
  const uuid = new Uint8Array(16);
  new DataView(uuid.buffer).setUint32(12, ++uuids);
  uuid[6] = 0x40;
  return uuid;
}
