import {
  type FrameworkId,
  type FrameworkInfo,
  internal,
  parseExecutorId,
  parseFrameworkId,
  parseTaskId,
} from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../base/errors.ts";
import { replaceFields } from "../../base/replace-fields.ts";
import type { AgentContext } from "../context.ts";
import { launchFailed } from "../executors/ending.ts";
import { acknowledge } from "../tasks/acknowledge.ts";
import { killTask, shutdownExecutor, shutdownFramework } from "../tasks/end-tasks.ts";
import { runTask } from "../tasks/run-task.ts";
import { reportUnowned } from "../updates/unowned.ts";

const { AgentEvent_Type: Type } = internal;

/** Does what the master says; REGISTERED, PING and SHUTDOWN are others' business. Never throws: a bad event is logged and left. */
export function handleEvent(context: AgentContext, event: internal.AgentEvent): void {
  try {
    handle(context, event);
  } catch (error) {
    context.log.warn(
      { type: Type[event.type], err: errorText(error) },
      "an event of the master is not usable, and is ignored",
    );
  }
}

function handle(context: AgentContext, event: internal.AgentEvent): void {
  const { runTask: run, runTaskGroup: group, killTask: kill } = event;
  if (run?.frameworkInfo !== undefined && run.task !== undefined) {
    runTask(context, run.frameworkInfo, run.task);
  } else if (group?.frameworkInfo !== undefined) {
    refuseGroup(context, group);
  } else if (kill !== undefined) {
    killTask(context, frameworkIdOf(kill), parseTaskId(kill.taskId?.value ?? ""), kill.killPolicy);
  } else if (event.acknowledge !== undefined) {
    const { taskId, uuid } = event.acknowledge;
    void acknowledge(context, frameworkIdOf(event.acknowledge), parseTaskId(taskId?.value ?? ""), uuid);
  } else if (event.shutdownExecutor !== undefined) {
    const { executorId } = event.shutdownExecutor;
    shutdownExecutor(context, frameworkIdOf(event.shutdownExecutor), parseExecutorId(executorId?.value ?? ""));
  } else if (event.shutdownFramework !== undefined) {
    shutdownFramework(context, frameworkIdOf(event.shutdownFramework));
  } else if (event.updateFramework?.frameworkInfo !== undefined) {
    const info = event.updateFramework.frameworkInfo;
    void updateFramework(context, parseFrameworkId(info.id?.value ?? ""), info);
  } else if (event.message !== undefined) {
    countMessage(context, event.message);
  } else {
    context.log.debug({ type: Type[event.type] }, "an event that this agent does not know is ignored");
  }
}

function frameworkIdOf(message: { frameworkId?: { value: string } | undefined }) {
  return parseFrameworkId(message.frameworkId?.value ?? "");
}

function refuseGroup(context: AgentContext, group: internal.AgentEvent_RunTaskGroup): void {
  const failure = launchFailed(new FairleadError("CONTAINER_INVALID", "this agent does not support task groups"));
  for (const task of group.taskGroup?.tasks ?? []) {
    reportUnowned(context, group.frameworkInfo!, parseTaskId(task.taskId?.value ?? ""), failure);
  }
}

/**
 * A framework has changed its description, or has come back: then it may have missed updates. What it asked for in the beginning about
 * checkpoints stays.
 */
async function updateFramework(context: AgentContext, id: FrameworkId, info: FrameworkInfo): Promise<void> {
  context.streams.sendAgain(id);
  const framework = context.frameworks.active.get(id);
  if (framework === undefined) return;
  const { checkpoint } = framework.info;
  framework.info = replaceFields(info, { checkpoint });
  if (!checkpoint) return;
  try {
    await context.checkpoint.putFramework(framework.id, framework.info);
  } catch (error) {
    context.log.warn(
      { frameworkId: framework.id, err: errorText(error) },
      "a framework's new description could not be stored",
    );
  }
}

/** The command executor takes no messages, as in Mesos: they are counted and dropped. */
function countMessage(context: AgentContext, message: internal.AgentEvent_Message): void {
  const executor = context.frameworks.executor(
    frameworkIdOf(message),
    parseExecutorId(message.executorId?.value ?? ""),
  );
  if (executor === undefined || executor.ended) context.counters.invalidFrameworkMessages++;
  else context.counters.validFrameworkMessages++;
}
