import {
  type ExecutorInfo,
  type FrameworkInfo,
  type Resource,
  Resources,
  type TaskInfo,
  type Value_Scalar,
} from "@fairlead/mesos-api";
import type { ContainerConfig } from "../../containerizer/containerizer.ts";
import { toAnnotations } from "../checkpoint/annotations.ts";

/** A command task as it is to run. */
export interface CommandRun {
  readonly framework: FrameworkInfo;
  readonly executor: ExecutorInfo;
  readonly task: TaskInfo;
  readonly containerId: ContainerConfig["containerId"];
  readonly sandbox: string;
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The user that a task runs as: undefined is the agent's own. */
export function taskUser(framework: FrameworkInfo, task: TaskInfo, switchUser: boolean): string | undefined {
  if (!switchUser) return undefined;
  const command = task.command;
  return command !== undefined && Object.hasOwn(command, "user") ? command.user : framework.user;
}

/** What is asked of the containerizer: the task's resources and the executor's overhead in one container, as in Mesos. */
export function commandContainer(run: CommandRun): ContainerConfig {
  const { task, executor } = run;
  if (task.command === undefined) throw new TypeError("a command task has a command");
  return {
    containerId: run.containerId,
    command: task.command,
    ...(task.container === undefined ? {} : { containerInfo: task.container }),
    resources: containerResources(executor.resources, task.resources),
    limits: containerLimits(executor.resources, task.limits),
    ...(run.user === undefined ? {} : { user: run.user }),
    directory: run.sandbox,
    environment: run.environment,
    annotations: toAnnotations(run),
  };
}

function containerResources(executor: readonly Resource[], task: readonly Resource[]): Resource[] {
  return Resources.of(executor).plus(Resources.of(task)).toArray();
}

/**
 * A limit of the task holds for the container with the executor's share on top: without it the limit could lie below the request.
 *
 * Source: `Slave::computeExecutorLimits` of Mesos.
 */
function containerLimits(
  executor: readonly Resource[],
  limits: Readonly<Record<string, Value_Scalar>>,
): Record<string, number> {
  const overhead = Resources.of(executor);
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, limit.value + overhead.scalar(name)]));
}
