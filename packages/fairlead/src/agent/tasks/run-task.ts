import {
  type ExecutorId,
  type FrameworkInfo,
  nanosecondsToMs,
  parseContainerId,
  parseExecutorId,
  parseFrameworkId,
  parseTaskId,
  type TaskId,
  type TaskInfo,
  TaskState,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { crashPoint } from "../../base/crash-points.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { ContainerConfig } from "../../containerizer/containerizer.ts";
import type { AgentContext } from "../context.ts";
import { commandContainer, taskUser } from "../executors/container-config.ts";
import { launchFailed } from "../executors/ending.ts";
import { taskEnvironment } from "../executors/environment.ts";
import { commandExecutorInfo } from "../executors/executor-info.ts";
import { unsupported } from "../executors/unsupported.ts";
import { runDir } from "../paths.ts";
import { createSandbox } from "../sandbox.ts";
import { Executor } from "../state/executor.ts";
import type { Framework } from "../state/framework.ts";
import { toTask } from "../state/task.ts";
import { reportUnowned } from "../updates/unowned.ts";
import { type LedTask, leadTask } from "./lead-task.ts";

/** RUN_TASK: takes a task and leads it through its life. */
export function runTask(context: AgentContext, frameworkInfo: FrameworkInfo, info: TaskInfo): void {
  const frameworkId = parseFrameworkId(frameworkInfo.id?.value ?? "");
  const taskId = parseTaskId(info.taskId?.value ?? "");
  const agentId = context.agentId();
  if (agentId === undefined || info.agentId?.value !== agentId) {
    context.log.warn(
      { frameworkId, taskId, agentId: info.agentId?.value },
      "a task that is meant for another agent is ignored",
    );
    return;
  }
  const lacking = unsupported(info);
  if (lacking !== undefined) {
    reportUnowned(
      context,
      frameworkInfo,
      taskId,
      launchFailed(new FairleadError("CONTAINER_INVALID", `this agent does not support ${lacking}`)),
    );
    return;
  }
  const framework = context.frameworks.ensure(frameworkId, frameworkInfo);
  const executorId = parseExecutorId(taskId);
  if (framework.terminating) {
    context.log.warn({ frameworkId, taskId }, "a task of a framework that is being shut down is ignored");
  } else if (framework.executors.has(executorId)) {
    refuseSecond(context, framework, executorId, taskId);
  } else {
    crashPoint("task-received");
    launch(context, framework, executorId, taskId, info);
  }
}

/** The master hands out a task id once only, until its end is acknowledged: a second one is an echo, or comes too late. */
function refuseSecond(context: AgentContext, framework: Framework, executorId: ExecutorId, taskId: TaskId): void {
  const executor = framework.executors.get(executorId);
  if (executor?.ended) {
    reportUnowned(context, framework.info, taskId, {
      state: TaskState.TASK_DROPPED,
      source: TaskStatus_Source.AGENT,
      reason: TaskStatus_Reason.EXECUTOR_TERMINATED,
      message: "Executor terminated",
    });
  } else {
    context.log.warn({ frameworkId: framework.id, taskId }, "a task that runs here already is not started again");
  }
}

function launch(
  context: AgentContext,
  framework: Framework,
  executorId: ExecutorId,
  taskId: TaskId,
  info: TaskInfo,
): void {
  const executorInfo = commandExecutorInfo(framework.info, info);
  const containerId = parseContainerId(context.newUuid());
  const run = { agentId: context.agentId()!, frameworkId: framework.id, executorId, containerId };
  const executor = new Executor({
    id: executorId,
    info: executorInfo,
    isCommandExecutor: true,
    containerId,
    directory: runDir(context.config.workDir, run),
    frameworkId: framework.info.id!,
    checkpointed: framework.info.checkpoint,
  });
  executor.enqueue(taskId, info);
  framework.executors.set(executorId, executor);
  context.log.info({ frameworkId: framework.id, taskId, containerId }, "a task is launched");
  const led: LedTask = { framework, executor, taskId, info };
  leadTask(
    context,
    led,
    () => prepare(context, led),
    (leader) => leader.run(),
  );
}

async function prepare(context: AgentContext, led: LedTask): Promise<ContainerConfig> {
  const { framework, executor, taskId, info } = led;
  const run = { frameworkId: framework.id, executorId: executor.id, containerId: executor.containerId };
  const config = containerOf(context, led);
  if (executor.checkpointed) await checkpointTask(context, led);
  crashPoint("task-checkpointed");
  const agentId = context.agentId()!;
  await createSandbox(context.config.workDir, { ...run, agentId }, config.user, context.lookupUser);
  crashPoint("sandbox-created");
  context.log.debug({ taskId, user: config.user, name: info.name }, "the sandbox of a task is ready");
  return config;
}

/** A task that cannot be stored is not run; and its end is kept in memory only, because it cannot be stored either. */
async function checkpointTask(context: AgentContext, led: LedTask): Promise<void> {
  const { framework, executor, taskId, info } = led;
  const run = { frameworkId: framework.id, executorId: executor.id, containerId: executor.containerId };
  try {
    await context.checkpoint.putTask(run, taskId, {
      framework: framework.info,
      executor: executor.info,
      info,
      task: toTask(info, framework.info.id!),
    });
  } catch (error) {
    executor.checkpointed = false;
    context.log.error({ ...run, taskId, err: errorText(error) }, "a task could not be stored, and is not run");
    throw error;
  }
}

/** The container of a command task, the same at its launch and when it is found again. */
export function containerOf(context: AgentContext, led: LedTask): ContainerConfig {
  const { config } = context;
  const { framework, executor, info } = led;
  const grace = executor.info.shutdownGracePeriod?.nanoseconds;
  return commandContainer({
    framework: framework.info,
    executor: executor.info,
    task: info,
    containerId: executor.containerId,
    sandbox: executor.directory,
    user: taskUser(framework.info, info, config.switchUser),
    environment: taskEnvironment(info, {
      frameworkId: framework.id,
      executorId: executor.id,
      agentId: info.agentId?.value ?? "",
      agentPid: context.pid,
      agentEndpoint: context.endpoint,
      agentIp: config.ip,
      sandbox: executor.directory,
      checkpoint: framework.info.checkpoint,
      shutdownGracePeriodMs: grace === undefined ? config.executorShutdownGracePeriodMs : nanosecondsToMs(grace),
    }),
  });
}
