import {
  type AgentInfo,
  AgentInfoSchema,
  type ExecutorInfo,
  ExecutorInfoSchema,
  type FrameworkId,
  type FrameworkInfo,
  FrameworkInfoSchema,
  fromBinary,
  parseContainerId,
  parseExecutorId,
  parseFrameworkId,
  parseTaskId,
  type Task,
  type TaskId,
  type TaskInfo,
  TaskInfoSchema,
  TaskSchema,
  type TaskStatus,
  TaskStatusSchema,
} from "@fairlead/mesos-api";
import { z } from "zod";
import { errorText } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { Store } from "../../base/store/store.ts";
import { BOOT_ID_KEY, BUCKETS, INFO_KEY, type KillRecord, type RunKey, runKey } from "./checkpoint.ts";

/** A task as the agent's last run left it. */
export interface StoredTask {
  readonly taskId: TaskId;
  readonly info: TaskInfo;
  readonly task: Task;
  /** Not acknowledged, the oldest first, with their numbers. */
  readonly updates: readonly { readonly number: number; readonly status: TaskStatus }[];
  readonly kill: KillRecord | undefined;
}

export interface StoredRun extends RunKey {
  readonly executor: ExecutorInfo;
  readonly tasks: readonly StoredTask[];
}

/** What an earlier run of the agent left on disk. */
export interface Stored {
  /** With its id; undefined if the agent was never registered, or its database was lost. */
  readonly info: AgentInfo | undefined;
  readonly bootId: string | undefined;
  readonly frameworks: ReadonlyMap<FrameworkId, FrameworkInfo>;
  readonly runs: readonly StoredRun[];
  /** Entries that could not be read, or hang in the air; they are left out. */
  readonly errors: number;
}

const killRecord = z.object({
  cause: z.enum(["kill", "shutdown", "max-completion-time"]),
  startedMs: z.number(),
  gracePeriodMs: z.number(),
});

/** Reads the whole checkpoint. What cannot be read is left out, counted and logged: the rest must not suffer. Errors: STORE_FAILED. */
export async function readCheckpoint(store: Store, log: Logger): Promise<Stored> {
  let errors = 0;
  const entries = async <T>(bucket: string, parse: (key: string, value: Uint8Array) => T): Promise<T[]> => {
    const values: T[] = [];
    for (const { key, value } of await store.list(bucket)) {
      try {
        values.push(parse(key, value));
      } catch (error) {
        errors++;
        log.warn({ bucket, key, err: errorText(error) }, "an entry of the checkpoint is not readable and is left out");
      }
    }
    return values;
  };

  const agents = await entries(BUCKETS.agent, (key, value) => {
    if (key === INFO_KEY) return { info: fromBinary(AgentInfoSchema, value) };
    return key === BOOT_ID_KEY ? { bootId: new TextDecoder().decode(value) } : {};
  });
  const agent: { info?: AgentInfo; bootId?: string } = Object.assign({}, ...agents);
  const frameworks = await entries(
    BUCKETS.frameworks,
    (key, value) => [parseFrameworkId(key), fromBinary(FrameworkInfoSchema, value)] as const,
  );
  const executors = await entries(BUCKETS.executors, (key, value) => ({
    ...parseRunKey(key),
    executor: fromBinary(ExecutorInfoSchema, value),
  }));
  const infos = new Map(await entries(BUCKETS.taskInfos, (key, value) => [key, fromBinary(TaskInfoSchema, value)]));
  const kills = new Map(
    await entries(BUCKETS.kills, (key, value) => [key, killRecord.parse(JSON.parse(new TextDecoder().decode(value)))]),
  );
  const updates = await entries(BUCKETS.updates, (key, value) => ({
    task: parent(key),
    number: Number(lastPart(key)),
    status: fromBinary(TaskStatusSchema, value),
  }));
  const updatesOf = Map.groupBy(updates, (update) => update.task);
  const tasks = await entries(BUCKETS.tasks, (key, value) => ({
    run: parent(key),
    taskId: parseTaskId(lastPart(key)),
    info: required(infos.get(key)),
    task: fromBinary(TaskSchema, value),
    updates: updatesOf.get(key) ?? [],
    kill: kills.get(key),
  }));
  const tasksOf = Map.groupBy(tasks, (task) => task.run);

  return {
    info: agent.info,
    bootId: agent.bootId,
    frameworks: new Map(frameworks),
    runs: executors.map((run) => ({ ...run, tasks: tasksOf.get(runKey(run)) ?? [] })),
    errors,
  };
}

function parent(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function parseRunKey(key: string): RunKey {
  const [frameworkId, executorId, containerId] = key.split("/");
  return {
    frameworkId: parseFrameworkId(required(frameworkId)),
    executorId: parseExecutorId(required(executorId)),
    containerId: parseContainerId(required(containerId)),
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it belongs to a record that is not there");
  return value;
}
