import { create, type FrameworkInfo, parseFrameworkId, type TaskId, TaskStatusSchema } from "@fairlead/mesos-api";
import type { Ending } from "../executors/ending.ts";
import { toldState } from "../state/task-state.ts";
import { type ReporterContext, uuidBytes } from "./task-reporter.ts";

/** Tells the end of a task that has no executor here: it never came so far, or is not known. Kept in memory only, as in Mesos. */
export function reportUnowned(
  context: ReporterContext,
  framework: FrameworkInfo,
  taskId: TaskId,
  ending: Ending,
): void {
  const agentId = context.agentId();
  context.counters.validStatusUpdates++;
  context.streams.append(
    parseFrameworkId(framework.id?.value ?? ""),
    taskId,
    create(TaskStatusSchema, {
      taskId: { value: taskId },
      state: toldState(framework, ending.state),
      source: ending.source,
      reason: ending.reason,
      message: ending.message,
      agentId: agentId === undefined ? undefined : { value: agentId },
      timestamp: context.clock.now() / 1000,
      uuid: uuidBytes(context.newUuid()),
    }),
  );
}
