import { agent, create, type Task, toContainerIdMessage } from "@fairlead/mesos-api";
import type { AgentExecutorView, AgentFrameworkView, AgentView } from "../entities.ts";
import { toTask } from "../state/task.ts";
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
      // a framework that is here has an id
      Array.from(executor.queuedTasks.values(), (task) => toTask(task, framework.info.id!)),
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
