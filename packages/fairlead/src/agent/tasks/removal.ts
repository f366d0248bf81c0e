import { errorText } from "../../base/errors.ts";
import type { AgentContext } from "../context.ts";
import type { Executor } from "../state/executor.ts";
import type { Framework } from "../state/framework.ts";

/** The container of an executor is gone. What is left of the executor waits for its acknowledgements, if anybody is there to give them. */
export function executorEnded(context: AgentContext, framework: Framework, executor: Executor): void {
  executor.ended = true;
  context.counters.executorsTerminated++;
  context.running.delete(executor);
  if (framework.terminating || !executor.hasIncompleteTasks) abandonExecutor(context, framework, executor);
}

/** Nothing more is awaited of an executor whose container is gone: its tasks are put down as they are. */
export function abandonExecutor(context: AgentContext, framework: Framework, executor: Executor): void {
  executor.abandon();
  void forgetRun(context, framework, executor);
  removeExecutor(context, framework, executor);
}

/** Moves an executor, of which nothing is left to be done, to the completed ones; its framework too, if it was the last one. */
export function removeExecutor(context: AgentContext, framework: Framework, executor: Executor): void {
  framework.complete(executor);
  void context.gc.schedule(executor.directory);
  removeIfIdle(context, framework);
}

/** A framework without executors is completed; updates of tasks that had none are sent until they are acknowledged. */
export function removeIfIdle(context: AgentContext, framework: Framework): void {
  if (framework.executors.size > 0 || context.frameworks.active.get(framework.id) !== framework) return;
  context.frameworks.complete(framework);
  if (!framework.info.checkpoint) return;
  context.checkpoint.removeFramework(framework.id).catch((error: unknown) => {
    context.log.warn(
      { frameworkId: framework.id, err: errorText(error) },
      "a completed framework stays in the checkpoint until the next start",
    );
  });
}

async function forgetRun(context: AgentContext, framework: Framework, executor: Executor): Promise<void> {
  if (!executor.checkpointed) return;
  const run = { frameworkId: framework.id, executorId: executor.id, containerId: executor.containerId };
  try {
    await context.checkpoint.removeRun(run, executor.taskIds);
  } catch (error) {
    context.log.warn(
      { ...run, err: errorText(error) },
      "a completed executor stays in the checkpoint until the next start",
    );
  }
}
