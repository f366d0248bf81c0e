import {
  type ExecutorId,
  type FrameworkId,
  type KillPolicy,
  nanosecondsToMs,
  type TaskId,
  TaskState,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import type { AgentContext } from "../context.ts";
import { SHUTDOWN_MARGIN_MS } from "../limits.ts";
import type { Executor } from "../state/executor.ts";
import { reportUnowned } from "../updates/unowned.ts";
import { abandonExecutor, removeIfIdle } from "./removal.ts";

/** KILL_TASK. A task that the agent does not know is reported as such, if its framework is known. */
export function killTask(
  context: AgentContext,
  frameworkId: FrameworkId,
  taskId: TaskId,
  policy: KillPolicy | undefined,
): void {
  const framework = context.frameworks.active.get(frameworkId);
  if (framework === undefined || framework.terminating) {
    context.log.warn({ frameworkId, taskId }, "a kill of a task whose framework is not running here is ignored");
    return;
  }
  const executor = context.frameworks.ofTask(frameworkId, taskId);
  if (executor === undefined) {
    reportUnowned(context, framework.info, taskId, {
      state: TaskState.TASK_DROPPED,
      source: TaskStatus_Source.AGENT,
      reason: TaskStatus_Reason.EXECUTOR_TERMINATED,
      message: "Cannot find executor",
    });
    return;
  }
  const grace = policy?.gracePeriod?.nanoseconds;
  context.running.get(executor)?.leader.kill(grace === undefined ? undefined : nanosecondsToMs(grace));
}

/** SHUTDOWN_EXECUTOR. */
export function shutdownExecutor(context: AgentContext, frameworkId: FrameworkId, executorId: ExecutorId): void {
  const executor = context.frameworks.executor(frameworkId, executorId);
  if (executor === undefined) {
    context.log.warn({ frameworkId, executorId }, "the shutdown of an executor that is not running here is ignored");
    return;
  }
  shutdown(context, executor);
}

/** SHUTDOWN_FRAMEWORK: ends its executors; nobody is told, because nobody acknowledges any more. */
export function shutdownFramework(context: AgentContext, frameworkId: FrameworkId): void {
  // there may be updates of tasks that never ran here, also of a framework that has no others
  context.streams.remove(frameworkId);
  const framework = context.frameworks.active.get(frameworkId);
  if (framework === undefined || framework.terminating) return;
  context.log.info({ frameworkId }, "a framework is shut down");
  framework.terminating = true;
  for (const executor of [...framework.executors.values()]) {
    if (executor.ended) abandonExecutor(context, framework, executor);
    else shutdown(context, executor);
  }
  removeIfIdle(context, framework);
}

function shutdown(context: AgentContext, executor: Executor): void {
  executor.terminating = true;
  const own = executor.info.shutdownGracePeriod?.nanoseconds;
  const graceMs = own === undefined ? context.config.executorShutdownGracePeriodMs : nanosecondsToMs(own);
  context.running.get(executor)?.leader.shutdown(Math.max(0, graceMs - SHUTDOWN_MARGIN_MS));
}
