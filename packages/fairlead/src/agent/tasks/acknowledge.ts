import { type FrameworkId, type internal, isTerminal, type TaskId } from "@fairlead/mesos-api";
import { crashPoint } from "../../base/crash-points.ts";
import { errorText } from "../../base/errors.ts";
import type { AgentContext } from "../context.ts";
import type { Executor } from "../state/executor.ts";
import type { Acknowledgement } from "../updates/update-streams.ts";
import { removeExecutor } from "./removal.ts";

/**
 * ACKNOWLEDGE: the scheduler has an update. Once that is on disk the next one is sent; with the last one the task is done.
 *
 * An acknowledgement that cannot be stored counts as not come: the update is sent again, and acknowledged again.
 */
export async function acknowledge(
  context: AgentContext,
  frameworkId: FrameworkId,
  taskId: TaskId,
  uuid: Uint8Array,
): Promise<void> {
  const acknowledgement = context.streams.beginAcknowledgement(frameworkId, taskId, uuid);
  if (acknowledgement === undefined) {
    context.log.debug({ frameworkId, taskId }, "an acknowledgement for no update that waits is ignored");
    return;
  }
  // without the id of an executor it tells of a launch that came to none: what runs under this task's id is another one
  const isOwned = acknowledgement.status.executorId !== undefined;
  const executor = isOwned ? context.frameworks.ofTask(frameworkId, taskId) : undefined;
  const finished = finish(context, frameworkId, taskId, executor, acknowledgement);
  if (executor === undefined || !isTerminal(acknowledgement.status.state)) return finished;
  context.completing.set(keyOf(frameworkId, taskId), finished);
  await finished;
  context.completing.delete(keyOf(frameworkId, taskId));
}

/**
 * What has to be done before the agent can take this task: the end of one of the same id was acknowledged, so that the master is done with it, and
 * that is on its way to the disk. Frameworks that use their ids again do so at once.
 */
export function predecessorOf(context: AgentContext, { runTask }: internal.AgentEvent): Promise<void> | undefined {
  const { frameworkInfo, task } = runTask ?? {};
  return context.completing.get(keyOf(frameworkInfo?.id?.value ?? "", task?.taskId?.value ?? ""));
}

/** Ids hold no slashes. */
function keyOf(frameworkId: string, taskId: string): string {
  return `${frameworkId}/${taskId}`;
}

async function finish(
  context: AgentContext,
  frameworkId: FrameworkId,
  taskId: TaskId,
  executor: Executor | undefined,
  acknowledgement: Acknowledgement,
): Promise<void> {
  try {
    await store(context, frameworkId, taskId, executor, acknowledgement);
  } catch (error) {
    context.log.warn(
      { frameworkId, taskId, err: errorText(error) },
      "an acknowledgement could not be stored; the update is sent again",
    );
    acknowledgement.failed();
    return;
  }
  acknowledgement.done();
  if (executor !== undefined && isTerminal(acknowledgement.status.state))
    complete(context, frameworkId, taskId, executor);
}

async function store(
  context: AgentContext,
  frameworkId: FrameworkId,
  taskId: TaskId,
  executor: Executor | undefined,
  { status }: Acknowledgement,
): Promise<void> {
  const terminal = isTerminal(status.state);
  if (terminal) crashPoint("status-terminal-acknowledged");
  if (executor?.checkpointed) {
    const run = { frameworkId, executorId: executor.id, containerId: executor.containerId };
    // a command executor has one task: with its last update the whole run is done
    if (terminal) await context.checkpoint.removeRun(run, executor.taskIds);
    else await context.checkpoint.removeUpdate(run, taskId, status);
  }
  if (terminal) crashPoint("task-removed");
}

function complete(context: AgentContext, frameworkId: FrameworkId, taskId: TaskId, executor: Executor): void {
  executor.complete(taskId);
  const framework = context.frameworks.active.get(frameworkId);
  if (framework?.executors.get(executor.id) !== executor || executor.hasIncompleteTasks || !executor.ended) return;
  removeExecutor(context, framework, executor);
}
