import {
  create,
  type ExecutorInfo,
  master,
  msToNanoseconds,
  type Resources,
  scheduler,
  type Task,
  TimeInfoSchema,
  toEndpointFormat,
} from "@fairlead/mesos-api";
import type { AgentView, FrameworkView, MasterView } from "../entities.ts";

/** The answers of GET_TASKS, GET_AGENTS, GET_FRAMEWORKS and GET_EXECUTORS, which together are that of GET_STATE. */

export function getTasks(view: MasterView): master.Response_GetTasks {
  const all = allFrameworks(view);
  const collect = (tasks: (framework: FrameworkView) => Iterable<Task>) =>
    all.flatMap((framework) => [...tasks(framework)]);
  return create(master.Response_GetTasksSchema, {
    tasks: collect(({ tasks }) => tasks.values()),
    unreachableTasks: collect(({ unreachableTasks }) => unreachableTasks.values()),
    completedTasks: collect(({ completedTasks }) => completedTasks),
  });
}

export function getAgents(view: MasterView): master.Response_GetAgents {
  return create(master.Response_GetAgentsSchema, {
    agents: Array.from(view.agents.values(), toAgent),
    recoveredAgents: [...view.recoveredAgents.values()],
  });
}

export function getFrameworks(view: MasterView): master.Response_GetFrameworks {
  return create(master.Response_GetFrameworksSchema, {
    frameworks: Array.from(view.frameworks.values(), toFramework),
    completedFrameworks: view.completedFrameworks.map(toFramework),
  });
}

export function getExecutors(view: MasterView): master.Response_GetExecutors {
  const executors: { executorInfo: ExecutorInfo; agentId: { value: string } }[] = [];
  for (const framework of allFrameworks(view)) {
    for (const [agentId, infos] of framework.executors) {
      for (const executorInfo of infos.values()) executors.push({ executorInfo, agentId: { value: agentId } });
    }
  }
  return create(master.Response_GetExecutorsSchema, { executors });
}

export function getState(view: MasterView): master.Response_GetState {
  return create(master.Response_GetStateSchema, {
    getTasks: getTasks(view),
    getExecutors: getExecutors(view),
    getFrameworks: getFrameworks(view),
    getAgents: getAgents(view),
  });
}

function allFrameworks(view: MasterView): FrameworkView[] {
  return [...view.frameworks.values(), ...view.completedFrameworks];
}

function toAgent(agent: AgentView): master.Response_GetAgents_Agent {
  return create(master.Response_GetAgents_AgentSchema, {
    agentInfo: agent.info,
    active: agent.active,
    deactivated: false,
    version: agent.version,
    pid: agent.pid,
    registeredTime: time(agent.registeredMs),
    reregisteredTime: time(agent.reregisteredMs),
    totalResources: endpoint(agent.total),
    allocatedResources: endpoint(agent.used),
    offeredResources: endpoint(agent.offered),
    capabilities: [...agent.capabilities],
  });
}

function toFramework(framework: FrameworkView): master.Response_GetFrameworks_Framework {
  return create(master.Response_GetFrameworks_FrameworkSchema, {
    frameworkInfo: framework.info,
    active: framework.active,
    connected: framework.connected,
    recovered: framework.recovered,
    registeredTime: time(framework.registeredMs),
    reregisteredTime: time(framework.reregisteredMs ?? framework.registeredMs),
    unregisteredTime: time(framework.unregisteredMs),
    offers: [...framework.offers.values()],
    allocatedResources: endpoint(framework.used),
    offeredResources: endpoint(framework.offered),
    offerConstraints: framework.offerConstraints ?? create(scheduler.OfferConstraintsSchema),
  });
}

function time(ms: number | undefined) {
  return ms === undefined ? undefined : create(TimeInfoSchema, { nanoseconds: msToNanoseconds(ms) });
}

/** Reservations in the old format and in the new one, for readers of either. */
function endpoint(resources: Resources) {
  return toEndpointFormat(resources.toArray());
}
