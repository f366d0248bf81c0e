import {
  agent,
  type CommandInfo,
  CommandInfoSchema,
  create,
  isFieldSet,
  type Task,
  type TaskInfo,
  TaskSchema,
  TaskState,
  toContainerIdMessage,
} from "@fairlead/mesos-api";
import type { AgentExecutorView, AgentFrameworkView, AgentView } from "../entities.ts";
import type { ContainerReport } from "./containers.ts";

/** The answers of GET_TASKS, GET_EXECUTORS and GET_FRAMEWORKS, which together are that of GET_STATE. */

export function getTasks(view: AgentView): agent.Response_GetTasks {
  const executors = allFrameworks(view).flatMap((framework) =>
    [...framework.executors.values(), ...framework.completedExecutors].map((executor) => ({ framework, executor })),
  );
  const collect = (tasks: (executor: AgentExecutorView) => Iterable<Task>) =>
    executors.flatMap(({ executor }) => [...tasks(executor)]);
  return create(agent.Response_GetTasksSchema, {
    queuedTasks: executors.flatMap(({ framework, executor }) =>
      Array.from(executor.queuedTasks.values(), (task) => toStagingTask(task, framework.id)),
    ),
    launchedTasks: collect(({ tasks }) => tasks.values()),
    terminatedTasks: collect(({ terminatedTasks }) => terminatedTasks.values()),
    completedTasks: collect(({ completedTasks }) => completedTasks),
  });
}

export function getExecutors(view: AgentView): agent.Response_GetExecutors {
  const infos = (executors: (framework: AgentFrameworkView) => Iterable<AgentExecutorView>) =>
    allFrameworks(view).flatMap((framework) =>
      Array.from(executors(framework), ({ info }) => ({ executorInfo: info })),
    );
  return create(agent.Response_GetExecutorsSchema, {
    executors: infos(({ executors }) => executors.values()),
    completedExecutors: infos(({ completedExecutors }) => completedExecutors),
  });
}

export function getFrameworks(view: AgentView): agent.Response_GetFrameworks {
  return create(agent.Response_GetFrameworksSchema, {
    frameworks: Array.from(view.frameworks.values(), ({ info }) => ({ frameworkInfo: info })),
    completedFrameworks: view.completedFrameworks.map(({ info }) => ({ frameworkInfo: info })),
  });
}

export function getState(view: AgentView): agent.Response_GetState {
  return create(agent.Response_GetStateSchema, {
    getTasks: getTasks(view),
    getExecutors: getExecutors(view),
    getFrameworks: getFrameworks(view),
  });
}

export function getContainers(reports: readonly ContainerReport[]): agent.Response_GetContainers {
  return create(agent.Response_GetContainersSchema, {
    containers: reports.map(({ framework, executor, status, statistics }) => ({
      frameworkId: { value: framework.id },
      executorId: { value: executor.id },
      executorName: executor.info.name,
      containerId: toContainerIdMessage(executor.containerId),
      containerStatus: status,
      resourceStatistics: statistics,
    })),
  });
}

function allFrameworks(view: AgentView): AgentFrameworkView[] {
  return [...view.frameworks.values(), ...view.completedFrameworks];
}

/** A task that no executor has been given yet, in the form of those that one has. */
function toStagingTask(info: TaskInfo, frameworkId: string): Task {
  const user = userOf(info.command) ?? userOf(info.executor?.command);
  return create(TaskSchema, {
    name: info.name,
    taskId: info.taskId,
    frameworkId: { value: frameworkId },
    executorId: info.executor?.executorId,
    agentId: info.agentId,
    state: TaskState.TASK_STAGING,
    resources: info.resources,
    labels: info.labels,
    discovery: info.discovery,
    container: info.container,
    healthCheck: info.healthCheck,
    killPolicy: info.killPolicy,
    limits: info.limits,
    ...(user === undefined ? {} : { user }),
  });
}

function userOf(command: CommandInfo | undefined): string | undefined {
  return command !== undefined && isFieldSet(command, CommandInfoSchema.field.user) ? command.user : undefined;
}
