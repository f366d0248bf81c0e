import {
  type CommandInfo,
  type ContainerInfo,
  ContainerInfo_Type,
  type ExecutorInfo,
  internal,
  type TaskGroupInfo,
  type TaskInfo,
} from "@fairlead/mesos-api";
import type { AgentView } from "../entities.ts";

const { Feature } = internal;

type Agent = Pick<AgentView, "id" | "features">;

/** Why this agent cannot run a task, though Mesos would take it; undefined when it can. Agents say at registration what they can run. */
export function missingFeature(task: TaskInfo, agent: Agent): string | undefined {
  if (task.executor === undefined && !agent.features.has(Feature.COMMAND_TASKS)) {
    return unable(agent, "tasks with a command");
  }
  if (task.executor !== undefined && !agent.features.has(Feature.CUSTOM_EXECUTORS)) {
    return unable(agent, "custom executors");
  }
  return missingInTask(task, agent);
}

/** Why this agent cannot run a task group; undefined when it can. */
export function missingFeatureForGroup(group: TaskGroupInfo, executor: ExecutorInfo, agent: Agent): string | undefined {
  if (!agent.features.has(Feature.TASK_GROUPS)) return unable(agent, "task groups");
  const inExecutor = missingInCommand(executor.command, agent) ?? missingInContainer(executor.container, agent);
  if (inExecutor !== undefined) return inExecutor;
  for (const task of group.tasks) {
    const error = missingInTask(task, agent);
    if (error !== undefined) return error;
  }
  return undefined;
}

function missingInTask(task: TaskInfo, agent: Agent): string | undefined {
  if ((task.check !== undefined || task.healthCheck !== undefined) && !agent.features.has(Feature.CHECKS)) {
    return unable(agent, "checks and health checks");
  }
  return (
    missingInCommand(task.command, agent) ??
    missingInContainer(task.container, agent) ??
    missingInCommand(task.executor?.command, agent) ??
    missingInContainer(task.executor?.container, agent)
  );
}

function missingInCommand(command: CommandInfo | undefined, agent: Agent): string | undefined {
  return command !== undefined && command.uris.length > 0 && !agent.features.has(Feature.URIS)
    ? unable(agent, "commands with URIs to fetch")
    : undefined;
}

function missingInContainer(container: ContainerInfo | undefined, agent: Agent): string | undefined {
  if (container === undefined) return undefined;
  if (container.type === ContainerInfo_Type.DOCKER && !agent.features.has(Feature.DOCKER_CONTAINERS)) {
    return unable(agent, "containers of type DOCKER");
  }
  if (container.mesos?.image !== undefined && !agent.features.has(Feature.CONTAINER_IMAGES)) {
    return unable(agent, "container images");
  }
  return container.volumes.length > 0 && !agent.features.has(Feature.VOLUMES) ? unable(agent, "volumes") : undefined;
}

function unable(agent: Agent, what: string): string {
  return `Agent ${agent.id} does not support ${what}`;
}
