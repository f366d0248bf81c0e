import {
  type AgentId,
  type AgentInfo,
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  AgentInfoSchema,
  create,
  type ExecutorId,
  type ExecutorInfo,
  ExecutorInfoSchema,
  type FrameworkId,
  FrameworkInfo_Capability_Type,
  FrameworkInfoSchema,
  type internal,
  MasterInfo_Capability_Type,
  MasterInfoSchema,
  type MessageInitShape,
  type Offer,
  type OfferId,
  OfferSchema,
  parseAgentId,
  parseExecutorId,
  parseFrameworkId,
  parseOfferId,
  parseResources,
  parseTaskId,
  Resources,
  type scheduler,
  type Task,
  type TaskId,
  TaskSchema,
  type TaskState,
} from "@fairlead/mesos-api";
import type { EventStream } from "../../base/event-stream.ts";
import type { AgentView, FrameworkView } from "../entities.ts";
import type { CallOutcome } from "../master-calls.ts";
import type { ServedMaster } from "./served-master.ts";

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

export function anAgent(changes: Partial<AgentView> = {}): AgentView {
  const total = bag("cpus:4;mem:7000;disk:20000;ports:[31000-32000];cpus(eng):2");
  return asEntity<AgentView>({
    id: AGENT,
    info: create(AgentInfoSchema, {
      id: { value: AGENT },
      hostname: "a1.lab",
      port: 5051,
      resources: total.toArray(),
    }),
    pid: "slave(1)@10.0.0.11:5051",
    version: "1.12.0",
    capabilities: [
      create(AgentInfo_CapabilitySchema, { type: AgentInfo_Capability_Type.HIERARCHICAL_ROLE }),
      create(AgentInfo_CapabilitySchema, { type: AgentInfo_Capability_Type.MULTI_ROLE }),
    ],
    features: new Set<internal.Feature>(),
    registeredMs: 1_767_322_110_100,
    reregisteredMs: undefined,
    connected: true,
    active: true,
    total,
    used: bag("cpus:0.5;mem:64;ports:[31005-31005]").allocate("*"),
    usedByFramework: new Map(),
    offered: Resources.none,
    offers: new Map(),
    ...changes,
  });
}

export function aTask(id: string, state: TaskState, changes: MessageInitShape<typeof TaskSchema> = {}): Task {
  return create(TaskSchema, {
    taskId: { value: id },
    name: `${id}-name`,
    frameworkId: { value: FRAMEWORK },
    agentId: { value: AGENT },
    state,
    resources: bag("cpus:0.5;mem:64;ports:[31005-31005]").allocate("*").toArray(),
    ...changes,
  } as MessageInitShape<typeof TaskSchema>);
}

export function tasks(...list: Task[]): Map<TaskId, Task> {
  return new Map(list.map((task) => [parseTaskId(task.taskId?.value ?? ""), task]));
}

export function anOffer(id: string): Offer {
  return create(OfferSchema, {
    id: { value: id },
    frameworkId: { value: FRAMEWORK },
    agentId: { value: AGENT },
    hostname: "a1.lab",
    allocationInfo: { role: "*" },
    resources: bag("cpus:1").allocate("*").toArray(),
  });
}

export function offers(...list: Offer[]): Map<OfferId, Offer> {
  return new Map(list.map((offer) => [parseOfferId(offer.id?.value ?? ""), offer]));
}

export function executors(id: string): Map<AgentId, ReadonlyMap<ExecutorId, ExecutorInfo>> {
  const info = create(ExecutorInfoSchema, {
    executorId: { value: id },
    frameworkId: { value: FRAMEWORK },
    name: "exec",
    command: { value: "./exec" },
    resources: bag("cpus:0.1").allocate("*").toArray(),
  });
  return new Map([[AGENT, new Map([[parseExecutorId(id), info]])]]);
}

export function aFramework(changes: Partial<FrameworkView> = {}): FrameworkView {
  return asEntity<FrameworkView>({
    id: FRAMEWORK,
    info: create(FrameworkInfoSchema, {
      id: { value: FRAMEWORK },
      name: "demo",
      user: "root",
      hostname: "f1.lab",
      failoverTimeout: 60,
      checkpoint: true,
      roles: ["*"],
      capabilities: [
        { type: FrameworkInfo_Capability_Type.PARTITION_AWARE },
        { type: FrameworkInfo_Capability_Type.MULTI_ROLE },
      ],
    }),
    roles: ["*"],
    suppressedRoles: new Set(),
    offerConstraints: undefined,
    connected: true,
    active: true,
    recovered: false,
    registeredMs: 1_767_322_120_000,
    reregisteredMs: undefined,
    unregisteredMs: undefined,
    tasks: new Map(),
    unreachableTasks: new Map(),
    completedTasks: [],
    offers: new Map(),
    executors: new Map(),
    used: bag("cpus:0.5;mem:64;ports:[31005-31005]").allocate("*"),
    offered: Resources.none,
    ...changes,
  });
}

export function byId<T extends { readonly id: string }>(...views: T[]): Map<T["id"], T> {
  return new Map(views.map((view) => [view.id, view]));
}

export type SchedulerSubscription = {
  readonly call: scheduler.Call;
  readonly events: EventStream<scheduler.Event>;
  readonly streamId: string;
};

/** A core that notes what it is asked, and answers what `outcome` says. */
export class FakeMaster implements ServedMaster {
  recovered = true;
  info = create(MasterInfoSchema, {
    id: "m1",
    ip: 16777226,
    port: 5050,
    pid: "master@10.0.0.1:5050",
    hostname: "m1.lab",
    capabilities: [
      { type: MasterInfo_Capability_Type.AGENT_UPDATE },
      { type: MasterInfo_Capability_Type.AGENT_DRAINING },
      { type: MasterInfo_Capability_Type.QUOTA_V2 },
    ],
  });
  startedMs = 1_767_322_100_500;
  electedMs = 1_767_322_101_200;
  frameworks: ReadonlyMap<FrameworkId, FrameworkView> = new Map();
  completedFrameworks: readonly FrameworkView[] = [];
  agents: ReadonlyMap<AgentId, AgentView> = new Map();
  recoveredAgents: ReadonlyMap<AgentId, AgentInfo> = new Map();
  unreachableAgents: ReadonlyMap<AgentId, number> = new Map();
  counters: ReadonlyMap<string, number> = new Map();

  /** Answers every call; what is not 200 or 202 refuses. */
  outcome: CallOutcome = { status: 200 };
  /** Runs within `subscribeScheduler` and `registerAgent`, before they return. */
  onScheduler: (subscription: SchedulerSubscription) => void = () => {};
  onAgent: (events: EventStream<internal.AgentEvent>) => void = () => {};
  readonly log: unknown[] = [];

  metrics() {
    return this.counters;
  }

  subscribeScheduler(call: scheduler.Call, events: EventStream<scheduler.Event>, streamId: string): CallOutcome {
    this.log.push(["subscribe", call.subscribe?.frameworkInfo?.name, streamId]);
    this.onScheduler({ call, events, streamId });
    return this.outcome;
  }

  schedulerDisconnected(streamId: string): void {
    this.log.push(["disconnected", streamId]);
  }

  schedulerCall(call: scheduler.Call, streamId: string | undefined): CallOutcome {
    this.log.push(["call", call.type, streamId]);
    return this.outcome;
  }

  registerAgent(
    register: internal.AgentCall_Register,
    events: EventStream<internal.AgentEvent>,
    streamId: string,
    secret: string | undefined,
  ): CallOutcome {
    this.log.push(["register", register.pid, streamId, secret]);
    this.onAgent(events);
    return this.outcome;
  }

  agentDisconnected(streamId: string): void {
    this.log.push(["agent disconnected", streamId]);
  }

  agentCall(call: internal.AgentCall, streamId: string): CallOutcome {
    this.log.push(["agent call", call.type, streamId]);
    return this.outcome;
  }

  teardown(frameworkId: FrameworkId): CallOutcome {
    this.log.push(["teardown", frameworkId]);
    return this.outcome;
  }
}
