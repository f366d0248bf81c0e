import {
  ContainerInfo_Type,
  create,
  type FrameworkInfo,
  FrameworkInfo_Capability_Type,
  FrameworkInfoSchema,
  type MessageInitShape,
  type Offer,
  Offer_Operation_Type,
  parseResources,
  Resources,
  SchedulerClient,
  scheduler,
  type TaskInfo,
  TaskInfoSchema,
  TaskState,
  type TaskStatus,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";

type ClientOptions = ConstructorParameters<typeof SchedulerClient>[1];

export interface FrameworkOptions {
  readonly info?: MessageInitShape<typeof FrameworkInfoSchema>;
  readonly client?: ClientOptions;
  /** Whether updates are acknowledged as they come; default true. */
  readonly acknowledge?: boolean;
}

/** A real framework over the v1 scheduler API, which keeps everything that it hears. */
export class TestFramework {
  readonly #client: SchedulerClient;
  readonly #options: FrameworkOptions;
  readonly events: scheduler.Event[] = [];
  readonly updates: TaskStatus[] = [];
  readonly offers = new Map<string, Offer>();
  readonly #waiting = new Set<() => void>();
  #info: FrameworkInfo;
  #pump: Promise<void> = Promise.resolve();
  streamError: unknown;

  constructor(master: string, options: FrameworkOptions = {}) {
    this.#client = new SchedulerClient(master, options.client);
    this.#options = options;
    this.#info = create(FrameworkInfoSchema, {
      user: "root",
      name: "test",
      checkpoint: true,
      failoverTimeout: 3600,
      roles: ["*"],
      capabilities: [
        { type: FrameworkInfo_Capability_Type.MULTI_ROLE },
        { type: FrameworkInfo_Capability_Type.RESERVATION_REFINEMENT },
        { type: FrameworkInfo_Capability_Type.PARTITION_AWARE },
      ],
      ...options.info,
    });
  }

  get id(): string {
    return this.#client.frameworkId?.value ?? "";
  }

  /** Subscribes, for the first time or again with the id that it has. */
  async subscribe(): Promise<void> {
    const id = this.#client.frameworkId;
    if (id !== undefined) this.#info = create(FrameworkInfoSchema, { ...this.#info, id });
    this.offers.clear();
    this.streamError = undefined;
    const stream = await this.#client.subscribe({ frameworkInfo: this.#info });
    this.#pump = (async () => {
      try {
        for await (const event of stream) this.#onEvent(event);
      } catch (error) {
        this.streamError = error;
        this.#wake();
      }
    })();
  }

  /** Resolves with the first truthy value of `look`, which is tried after every event. Rejects when the stream breaks. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const value = look();
      if (value !== undefined && value !== false) return value;
      if (this.streamError !== undefined) throw this.streamError;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The first update of a task in one of `states`. */
  async update(taskId: string, ...states: TaskState[]): Promise<TaskStatus> {
    return await this.until(() =>
      this.updates.find((status) => status.taskId?.value === taskId && states.includes(status.state)),
    );
  }

  async offer(fits: (offer: Offer) => boolean = () => true): Promise<Offer> {
    return await this.until(() => [...this.offers.values()].find(fits));
  }

  /** Launches tasks on one offer; what is left of it comes back at once. */
  async launch(...tasks: MessageInitShape<typeof TaskInfoSchema>[]): Promise<void> {
    await this.launchOn(() => true, ...tasks);
  }

  /**
   * Launches tasks on an agent by all of its offers that `fits`: what one task frees is an offer of its own, so that a framework which took one
   * offer only would hold many that are too small.
   */
  async launchOn(fits: (offer: Offer) => boolean, ...tasks: MessageInitShape<typeof TaskInfoSchema>[]): Promise<void> {
    const needed = tasks.map((task) => Resources.of(create(TaskInfoSchema, task).resources));
    const total = needed.reduce((sum, one) => sum.plus(one), Resources.none);
    const offers = await this.until(() =>
      Object.values(Object.groupBy(this.offers.values(), ({ agentId }) => agentId!.value))
        .map((ofAgent = []) => ofAgent.filter(fits))
        .find((ofAgent) => sumOf(ofAgent).contains(total)),
    );
    for (const { id } of offers) this.offers.delete(id!.value);
    const { agentId, allocationInfo } = offers[0]!;
    const taskInfos: TaskInfo[] = tasks.map((init) => {
      const task = create(TaskInfoSchema, { ...init, agentId: agentId! });
      const role = allocationInfo?.role;
      if (role !== undefined) task.resources = Resources.of(task.resources).allocate(role).toArray();
      return task;
    });
    await this.call({
      type: scheduler.Call_Type.ACCEPT,
      accept: {
        offerIds: offers.map(({ id }) => id!),
        operations: [{ type: Offer_Operation_Type.LAUNCH, launch: { taskInfos } }],
        filters: { refuseSeconds: 0 },
      },
    });
  }

  /** Gives its offers back and gets no more, so that other frameworks do; `revive` ends that. */
  async suppress(): Promise<void> {
    await this.call({ type: scheduler.Call_Type.SUPPRESS });
    const offerIds = [...this.offers.keys()].map((value) => ({ value }));
    this.offers.clear();
    if (offerIds.length > 0) await this.call({ type: scheduler.Call_Type.DECLINE, decline: { offerIds } });
  }

  async revive(): Promise<void> {
    await this.call({ type: scheduler.Call_Type.REVIVE });
  }

  async kill(taskId: string, gracePeriodMs?: number): Promise<void> {
    const killPolicy =
      gracePeriodMs === undefined
        ? {}
        : { killPolicy: { gracePeriod: { nanoseconds: BigInt(gracePeriodMs) * 1_000_000n } } };
    await this.call({ type: scheduler.Call_Type.KILL, kill: { taskId: { value: taskId }, ...killPolicy } });
  }

  /** The master's answers about these tasks, or about all that it knows; they do not count as updates. */
  async reconcile(
    ...asked: readonly MessageInitShape<typeof scheduler.Call_Reconcile_TaskSchema>[]
  ): Promise<TaskStatus[]> {
    const heard = this.updates.length;
    // nobody knows this one: what its answer comes after is complete
    const last = `after-${heard}`;
    for (const tasks of [[...asked], [{ taskId: { value: last } }]]) {
      await this.call({ type: scheduler.Call_Type.RECONCILE, reconcile: { tasks } });
    }
    const end = await this.until(() => this.updates.find(({ taskId }) => taskId?.value === last));
    const isAnswer = (status: TaskStatus) => status.reason === TaskStatus_Reason.RECONCILIATION && status !== end;
    const since = this.updates.splice(heard);
    this.updates.push(...since.filter((status) => status !== end && !isAnswer(status)));
    return since.filter(isAnswer);
  }

  async call(init: MessageInitShape<typeof scheduler.CallSchema>): Promise<void> {
    await this.#client.call(init);
  }

  /** Ends the connection only: the framework is away. */
  async disconnect(): Promise<void> {
    await this.#client.close();
    await this.#pump;
  }

  async teardown(): Promise<void> {
    await this.call({ type: scheduler.Call_Type.TEARDOWN });
    await this.disconnect();
  }

  #onEvent(event: scheduler.Event): void {
    this.events.push(event);
    for (const offer of event.offers?.offers ?? []) this.offers.set(offer.id!.value, offer);
    if (event.rescind?.offerId !== undefined) this.offers.delete(event.rescind.offerId.value);
    const status = event.update?.status;
    if (status !== undefined) {
      this.updates.push(status);
      if (this.#options.acknowledge !== false) void this.acknowledge(status);
    }
    this.#wake();
  }

  async acknowledge(status: TaskStatus): Promise<void> {
    if (status.uuid.length === 0) return;
    const { agentId, taskId, uuid } = status;
    // a master that goes away meanwhile gets the acknowledgement with the next copy of the update
    await this.call({
      type: scheduler.Call_Type.ACKNOWLEDGE,
      acknowledge: { agentId: agentId!, taskId: taskId!, uuid },
    }).catch(() => {});
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function sumOf(offers: readonly Offer[]): Resources {
  return Resources.of(offers.flatMap(({ resources }) => resources)).unallocate();
}

type TaskFields = Exclude<MessageInitShape<typeof TaskInfoSchema>, TaskInfo>;

/** A command task on the networks of the given names. */
export function shellTask(
  id: string,
  command: string,
  options: { networks?: readonly string[]; resources?: string } & Omit<Partial<TaskFields>, "resources"> = {},
): TaskFields {
  const { networks = [], resources = "cpus:0.1;mem:32", ...more } = options;
  return {
    name: id,
    taskId: { value: id },
    agentId: { value: "" },
    command: { value: command },
    resources: parseResources(resources, { defaultRole: "*" }),
    ...(networks.length === 0
      ? {}
      : { container: { type: ContainerInfo_Type.MESOS, networkInfos: networks.map((name) => ({ name })) } }),
    ...more,
  };
}

export const TERMINAL_STATES: readonly TaskState[] = [
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
];

/** All addresses of a status, in the order of its networks. */
export function addressesOf(status: TaskStatus): string[] {
  return (status.containerStatus?.networkInfos ?? []).flatMap((info) => info.ipAddresses.map((ip) => ip.ipAddress));
}
