import {
  create,
  FrameworkInfo_Capability_Type,
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
} from "@fairlead/mesos-api";

/** What is particular about a task. */
export type TaskInit = Pick<MessageInitShape<typeof TaskInfoSchema>, "command" | "container">;

/** A framework as anybody would write one over the public scheduler API: it launches tasks and keeps their statuses. */
export class Framework {
  readonly #client: SchedulerClient;
  readonly #signal: AbortSignal;
  readonly #statuses = new Map<string, TaskStatus[]>();
  readonly #offers: Offer[] = [];
  #changed = Promise.withResolvers<void>();
  #failure: unknown;

  private constructor(client: SchedulerClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    // Nobody may be waiting for a change when the stream fails: the next one who does is told.
    this.#changed.promise.catch(() => {});
  }

  static async subscribe(master: string, name: string, signal: AbortSignal): Promise<Framework> {
    const framework = new Framework(new SchedulerClient(master), signal);
    const stream = await framework.#client.subscribe(
      {
        frameworkInfo: {
          user: "root",
          name,
          roles: ["*"],
          capabilities: [
            { type: FrameworkInfo_Capability_Type.MULTI_ROLE },
            { type: FrameworkInfo_Capability_Type.RESERVATION_REFINEMENT },
            { type: FrameworkInfo_Capability_Type.PARTITION_AWARE },
          ],
        },
      },
      { signal },
    );
    void framework.#listen(stream);
    return framework;
  }

  /** Launches a task on the first offer that is large enough, and waits until it runs. */
  async launch(id: string, init: TaskInit): Promise<TaskStatus> {
    const needed = Resources.of(parseResources("cpus:0.1;mem:32", { defaultRole: "*" }));
    const offer = await this.#until(() =>
      this.#offers.find((candidate) => Resources.of(candidate.resources).unallocate().contains(needed)),
    );
    this.#offers.splice(this.#offers.indexOf(offer), 1);
    const task: TaskInfo = create(TaskInfoSchema, {
      ...init,
      name: id,
      taskId: { value: id },
      agentId: offer.agentId!,
      resources: needed.allocate("*").toArray(),
    });
    await this.#client.call({
      type: scheduler.Call_Type.ACCEPT,
      accept: {
        offerIds: [offer.id!],
        operations: [{ type: Offer_Operation_Type.LAUNCH, launch: { taskInfos: [task] } }],
        // What is left of the offer is wanted again at once, for the next task.
        filters: { refuseSeconds: 0 },
      },
    });
    return this.reach(id, TaskState.TASK_RUNNING);
  }

  async kill(id: string): Promise<TaskStatus> {
    await this.#client.call({ type: scheduler.Call_Type.KILL, kill: { taskId: { value: id } } });
    return this.reach(id, TaskState.TASK_KILLED);
  }

  /** The first status of a task with this state; rejects if the task ends in another one. */
  async reach(id: string, state: TaskState): Promise<TaskStatus> {
    return this.#until(() => {
      const statuses = this.#statuses.get(id) ?? [];
      const reached = statuses.find((status) => status.state === state);
      const ended = statuses.find((status) => isTerminal(status.state));
      if (reached === undefined && ended !== undefined) {
        throw new Error(`task ${id} is ${TaskState[ended.state]}: ${ended.message}`);
      }
      return reached;
    });
  }

  async tearDown(): Promise<void> {
    await this.#client.call({ type: scheduler.Call_Type.TEARDOWN });
    await this.#client.close();
  }

  async #listen(stream: AsyncIterable<scheduler.Event>): Promise<void> {
    try {
      for await (const event of stream) {
        if (event.offers !== undefined) this.#offers.push(...event.offers.offers);
        if (event.rescind !== undefined) this.#rescind(event.rescind.offerId?.value);
        if (event.update?.status !== undefined) await this.#take(event.update.status);
        if (event.error !== undefined) throw new Error(event.error.message);
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      }
    } catch (error) {
      this.#failure = error;
      this.#changed.resolve();
    }
  }

  #rescind(offerId: string | undefined): void {
    const index = this.#offers.findIndex((offer) => offer.id?.value === offerId);
    if (index >= 0) this.#offers.splice(index, 1);
  }

  async #take(status: TaskStatus): Promise<void> {
    const id = status.taskId!.value;
    this.#statuses.set(id, [...(this.#statuses.get(id) ?? []), status]);
    if (status.uuid === undefined || status.uuid.length === 0) return;
    await this.#client.call({
      type: scheduler.Call_Type.ACKNOWLEDGE,
      acknowledge: { agentId: status.agentId!, taskId: status.taskId!, uuid: status.uuid },
    });
  }

  /** What `look` finds, now or after one of the next events. */
  async #until<T>(look: () => T | undefined): Promise<T> {
    const aborted = new Promise<never>((_, reject) => {
      this.#signal.addEventListener("abort", () => reject(this.#signal.reason), { once: true });
    });
    aborted.catch(() => {});
    for (;;) {
      this.#signal.throwIfAborted();
      const found = look();
      if (found !== undefined) return found;
      if (this.#failure !== undefined) throw this.#failure;
      await Promise.race([this.#changed.promise, aborted]);
    }
  }
}

function isTerminal(state: TaskState): boolean {
  return ![TaskState.TASK_STAGING, TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_KILLING].includes(
    state,
  );
}
