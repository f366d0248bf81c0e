import {
  type AgentId,
  type FrameworkId,
  type FrameworkInfo,
  parseExecutorId,
  parseFrameworkId,
  parseTaskId,
  TaskState,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import type { ContainerConfig } from "../../containerizer/containerizer.ts";
import { fromAnnotations } from "../checkpoint/annotations.ts";
import type { StoredRun } from "../checkpoint/read-checkpoint.ts";
import { runDir } from "../paths.ts";
import { toTask } from "../state/task.ts";

/** What containers tell of the tasks in them, when the checkpoint is lost. */
export interface Rebuilt {
  readonly frameworks: ReadonlyMap<FrameworkId, FrameworkInfo>;
  readonly runs: readonly StoredRun[];
}

/**
 * The runs of checkpointing frameworks of agent `agentId`, from their containers' records.
 *
 * Which updates were stored is lost with the checkpoint: each task counts as TASK_STARTING, and TASK_RUNNING is told once more.
 */
export function rebuild(workDir: string, agentId: AgentId, records: readonly ContainerConfig[]): Rebuilt {
  const frameworks = new Map<FrameworkId, FrameworkInfo>();
  const runs: StoredRun[] = [];
  for (const record of records) {
    const run = toRun(workDir, agentId, record);
    if (run === undefined) continue;
    frameworks.set(run.frameworkId, run.framework);
    runs.push(run);
  }
  return { frameworks, runs };
}

function toRun(
  workDir: string,
  agentId: AgentId,
  record: ContainerConfig,
): (StoredRun & { framework: FrameworkInfo }) | undefined {
  const annotated = fromAnnotations(record.annotations);
  const frameworkIdMessage = annotated?.framework.id;
  if (annotated === undefined || frameworkIdMessage === undefined || !annotated.framework.checkpoint) return undefined;
  const { framework, executor, task: info } = annotated;
  try {
    const frameworkId = parseFrameworkId(frameworkIdMessage.value);
    const executorId = parseExecutorId(executor.executorId?.value ?? "");
    const run = { frameworkId, executorId, containerId: record.containerId };
    if (record.directory !== runDir(workDir, { agentId, ...run })) return undefined;
    const task = replaceFields(toTask(info, frameworkIdMessage), { state: TaskState.TASK_STARTING });
    const taskId = parseTaskId(info.taskId?.value ?? "");
    return { ...run, framework, executor, tasks: [{ taskId, info, task, updates: [], kill: undefined }] };
  } catch {
    return undefined;
  }
}
