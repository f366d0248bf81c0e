import { type Task, v0 } from "@fairlead/mesos-api";
import type { MasterView } from "../entities.ts";
import { DEFAULT_TASK_LIMIT } from "./limits.ts";

const MAX_INT32 = 2 ** 31 - 1;

/**
 * The document of `/tasks`: living, unreachable and completed tasks of present and past frameworks.
 *
 * `framework_id` and `task_id` select, `order=asc` puts the oldest first (the newest else), `offset` and `limit` page; a limit of -1 is
 * none. What is no number counts as absent.
 */
export function tasksDocument(master: MasterView, query: URLSearchParams): string {
  const frameworkId = query.get("framework_id");
  const taskId = query.get("task_id");
  const tasks: Task[] = [];
  for (const framework of [...master.frameworks.values(), ...master.completedFrameworks]) {
    if (frameworkId !== null && framework.id !== frameworkId) continue;
    for (const task of [
      ...framework.tasks.values(),
      ...framework.unreachableTasks.values(),
      ...framework.completedTasks,
    ]) {
      if (taskId === null || task.taskId?.value === taskId) tasks.push(task);
    }
  }
  const direction = query.get("order") === "asc" ? 1 : -1;
  tasks.sort((a, b) => direction * (firstTimestamp(a) - firstTimestamp(b)));
  return v0.jsonObject([["tasks", v0.jsonArray(page(tasks, query), v0.writeTask)]]);
}

/** Tasks of which nothing was heard yet come first when the oldest do. */
function firstTimestamp(task: Task): number {
  return task.statuses[0]?.timestamp ?? 0;
}

function page(tasks: readonly Task[], query: URLSearchParams): readonly Task[] {
  const offset = integer(query.get("offset")) ?? 0;
  const limit = integer(query.get("limit")) ?? DEFAULT_TASK_LIMIT;
  if (offset < 0) return [];
  return tasks.slice(offset, limit < 0 ? undefined : offset + limit);
}

function integer(text: string | null): number | undefined {
  if (text === null || !/^[+-]?\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Math.abs(number) > MAX_INT32 ? undefined : number;
}
