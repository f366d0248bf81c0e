import {
  type AgentInfo,
  AgentInfoSchema,
  type ContainerId,
  type ExecutorId,
  type ExecutorInfo,
  ExecutorInfoSchema,
  type FrameworkId,
  type FrameworkInfo,
  FrameworkInfoSchema,
  type Task,
  type TaskId,
  type TaskInfo,
  TaskInfoSchema,
  TaskSchema,
  type TaskStatus,
  TaskStatusSchema,
  toBinary,
} from "@fairlead/mesos-api";
import type { Store, StoreWrite } from "../../base/store/store.ts";

/**
 * What the agent keeps over its own end, in the buckets of its store. Values are Mesos's messages in binary form, `kills` is JSON.
 *
 * | bucket     | key                | value                                                                        |
 * | ---------- | ------------------ | ---------------------------------------------------------------------------- |
 * | agent      | info               | AgentInfo with its id                                                        |
 * | agent      | boot_id            | the kernel's boot id, when the agent last ran                                |
 * | frameworks | <F>                | FrameworkInfo                                                                |
 * | executors  | <F>/<E>/<C>        | ExecutorInfo                                                                 |
 * | task_infos | <F>/<E>/<C>/<T>    | TaskInfo                                                                     |
 * | tasks      | <F>/<E>/<C>/<T>    | Task, as its last stored update left it                                      |
 * | updates    | <F>/<E>/<C>/<T>/<n>| TaskStatus that is not acknowledged; n counts, ten digits                    |
 * | kills      | <F>/<E>/<C>/<T>    | when and how the task was told to end                                        |
 *
 * Ids hold no slashes. A task is here from before its sandbox is made until its terminal update is acknowledged.
 */
export const BUCKETS = {
  agent: "agent",
  frameworks: "frameworks",
  executors: "executors",
  taskInfos: "task_infos",
  tasks: "tasks",
  updates: "updates",
  kills: "kills",
} as const;

export const INFO_KEY = "info";
export const BOOT_ID_KEY = "boot_id";

const SEQUENCE_DIGITS = 10;

/** The run that a task belongs to. */
export interface RunKey {
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  readonly containerId: ContainerId;
}

/** A kill that was begun: what a new agent needs to finish it. */
export interface KillRecord {
  readonly cause: "kill" | "shutdown" | "max-completion-time";
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly gracePeriodMs: number;
}

export function runKey(run: RunKey): string {
  return `${run.frameworkId}/${run.executorId}/${run.containerId}`;
}

/** The updates of a task that are on disk: `last` grows only, so that they sort in their order. */
interface Sequence {
  last: number;
  /** Numbers by uuid (hexadecimal). */
  readonly open: Map<string, number>;
}

/**
 * Writes the checkpoint. Every method resolves when it is on disk; errors: STORE_FAILED, nothing of the call is stored then.
 *
 * Updates of one task are put one after the other: the caller waits for each.
 */
export class Checkpoint {
  readonly #store: Store;
  readonly #sequences = new Map<string, Sequence>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes nothing where nothing is new: an agent can be started again on a full disk, and look after its tasks. */
  async putAgent(info: AgentInfo, bootId: string): Promise<void> {
    const records = [
      { key: INFO_KEY, value: toBinary(AgentInfoSchema, info) },
      { key: BOOT_ID_KEY, value: new TextEncoder().encode(bootId) },
    ];
    const stored = new Map((await this.#store.list(BUCKETS.agent)).map(({ key, value }) => [key, value]));
    const fresh = records.filter(({ key, value }) => {
      const old = stored.get(key);
      return old === undefined || !Buffer.from(value).equals(old);
    });
    if (fresh.length > 0) await this.#store.apply(fresh.map(({ key, value }) => put(BUCKETS.agent, key, value)));
  }

  async putFramework(id: FrameworkId, info: FrameworkInfo): Promise<void> {
    await this.#store.apply([frameworkWrite(id, info)]);
  }

  async removeFramework(id: FrameworkId): Promise<void> {
    await this.#store.apply([remove(BUCKETS.frameworks, id)]);
  }

  /** A task that was received, with its framework and its executor. */
  async putTask(
    run: RunKey,
    taskId: TaskId,
    records: { framework: FrameworkInfo; executor: ExecutorInfo; info: TaskInfo; task: Task },
  ): Promise<void> {
    await this.#store.apply([
      frameworkWrite(run.frameworkId, records.framework),
      put(BUCKETS.executors, runKey(run), toBinary(ExecutorInfoSchema, records.executor)),
      put(BUCKETS.taskInfos, taskKey(run, taskId), toBinary(TaskInfoSchema, records.info)),
      put(BUCKETS.tasks, taskKey(run, taskId), toBinary(TaskSchema, records.task)),
    ]);
  }

  /** An update, and the task as it leaves it. */
  async putUpdate(run: RunKey, taskId: TaskId, task: Task, status: TaskStatus): Promise<void> {
    const key = taskKey(run, taskId);
    const number = (this.#sequences.get(key)?.last ?? 0) + 1;
    await this.#store.apply([
      put(BUCKETS.tasks, key, toBinary(TaskSchema, task)),
      put(BUCKETS.updates, updateKey(key, number), toBinary(TaskStatusSchema, status)),
    ]);
    this.adoptUpdate(run, taskId, number, status);
  }

  /** An update is acknowledged, and others are to follow. */
  async removeUpdate(run: RunKey, taskId: TaskId, status: TaskStatus): Promise<void> {
    const key = taskKey(run, taskId);
    const open = this.#sequences.get(key)?.open;
    const number = open?.get(hex(status.uuid));
    if (number === undefined) return;
    await this.#store.apply([remove(BUCKETS.updates, updateKey(key, number))]);
    open?.delete(hex(status.uuid));
  }

  async putKill(run: RunKey, taskId: TaskId, kill: KillRecord): Promise<void> {
    await this.#store.apply([put(BUCKETS.kills, taskKey(run, taskId), new TextEncoder().encode(JSON.stringify(kill)))]);
  }

  /** Everything of a run is done. `tasks` are those it had. */
  async removeRun(run: RunKey, tasks: readonly TaskId[]): Promise<void> {
    const writes = [remove(BUCKETS.executors, runKey(run))];
    for (const key of tasks.map((taskId) => taskKey(run, taskId))) {
      for (const bucket of [BUCKETS.taskInfos, BUCKETS.tasks, BUCKETS.kills]) writes.push(remove(bucket, key));
      for (const number of this.#sequences.get(key)?.open.values() ?? []) {
        writes.push(remove(BUCKETS.updates, updateKey(key, number)));
      }
    }
    await this.#store.apply(writes);
    for (const taskId of tasks) this.#sequences.delete(taskKey(run, taskId));
  }

  /** Counts on from an update that is on disk. */
  adoptUpdate(run: RunKey, taskId: TaskId, number: number, status: TaskStatus): void {
    const key = taskKey(run, taskId);
    const sequence = this.#sequences.get(key) ?? { last: 0, open: new Map<string, number>() };
    sequence.last = Math.max(sequence.last, number);
    sequence.open.set(hex(status.uuid), number);
    this.#sequences.set(key, sequence);
  }

  /** Forgets all: the agent begins anew. */
  async clear(): Promise<void> {
    const writes: StoreWrite[] = [];
    for (const bucket of Object.values(BUCKETS)) {
      for (const { key } of await this.#store.list(bucket)) writes.push(remove(bucket, key));
    }
    if (writes.length > 0) await this.#store.apply(writes);
    this.#sequences.clear();
  }
}

function taskKey(run: RunKey, taskId: TaskId): string {
  return `${runKey(run)}/${taskId}`;
}

function updateKey(task: string, sequence: number): string {
  return `${task}/${String(sequence).padStart(SEQUENCE_DIGITS, "0")}`;
}

function hex(uuid: Uint8Array): string {
  return Buffer.from(uuid).toString("hex");
}

function frameworkWrite(id: FrameworkId, info: FrameworkInfo): StoreWrite {
  return put(BUCKETS.frameworks, id, toBinary(FrameworkInfoSchema, info));
}

function put(bucket: string, key: string, value: Uint8Array): StoreWrite {
  return { bucket, key, value };
}

function remove(bucket: string, key: string): StoreWrite {
  return { bucket, key, value: undefined };
}
