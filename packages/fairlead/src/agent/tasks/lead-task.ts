import {
  FrameworkInfo_Capability_Type,
  nanosecondsToMs,
  type TaskId,
  type TaskInfo,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import type { ContainerConfig } from "../../containerizer/containerizer.ts";
import type { AgentContext } from "../context.ts";
import { CommandExecutor } from "../executors/command-executor.ts";
import type { Executor } from "../state/executor.ts";
import type { Framework } from "../state/framework.ts";
import { hasCapability } from "../state/task-state.ts";
import { TaskReporter } from "../updates/task-reporter.ts";
import { executorEnded } from "./removal.ts";

/** A command task in its executor. */
export interface LedTask {
  readonly framework: Framework;
  readonly executor: Executor;
  readonly taskId: TaskId;
  readonly info: TaskInfo;
}

/** Gives an executor an object that leads its task; `lead` sets it going. */
export function leadTask(
  context: AgentContext,
  task: LedTask,
  prepare: () => Promise<ContainerConfig>,
  lead: (leader: CommandExecutor) => Promise<void>,
): void {
  const { framework, executor, taskId, info } = task;
  const reporter = new TaskReporter(context, framework, executor, taskId);
  const leader = new CommandExecutor({
    containerId: executor.containerId,
    containerizer: context.containerizer,
    clock: context.clock,
    log: context.log.with({ frameworkId: framework.id, taskId, containerId: executor.containerId }),
    gracePeriodMs: durationMs(info.killPolicy?.gracePeriod?.nanoseconds),
    maxCompletionMs: durationMs(info.maxCompletionTime?.nanoseconds) || undefined,
    taskKilling: hasCapability(framework.info, FrameworkInfo_Capability_Type.TASK_KILLING_STATE),
    host: {
      prepare,
      report: (draft) => reporter.report(draft),
      store: (draft) => {
        if (draft.reason === TaskStatus_Reason.CONTAINER_LAUNCH_FAILED) context.counters.containerLaunchErrors++;
        return reporter.store(draft);
      },
      noteKill: (kill) => reporter.noteKill(kill),
      ended: (status) => {
        if (status !== undefined) reporter.send(status);
        executorEnded(context, framework, executor);
      },
    },
  });
  context.running.set(executor, { leader, done: lead(leader) });
}

function durationMs(nanoseconds: bigint | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanosecondsToMs(nanoseconds);
}
