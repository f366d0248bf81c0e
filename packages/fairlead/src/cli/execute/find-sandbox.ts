import { type Clock, sleep } from "../../base/clock.ts";
import { getJson } from "../client/get-json.ts";

/** The agent may show a task only some moments after its first update: so many looks, and the milliseconds between two. */
export const SANDBOX_ATTEMPTS = 20;
const INTERVAL_MS = 250;

interface Executor {
  readonly directory: string;
  readonly tasks?: readonly { readonly id: string }[];
  readonly completed_tasks?: readonly { readonly id: string }[];
  readonly queued_tasks?: readonly { readonly id: string }[];
}
interface Framework {
  readonly id: string;
  readonly executors: readonly Executor[];
  readonly completed_executors: readonly Executor[];
}
export interface AgentState {
  readonly frameworks: readonly Framework[];
  readonly completed_frameworks: readonly Framework[];
}

/** The sandbox of a task, as the `state` of its agent tells; undefined if the agent does not know the task. */
export async function findSandbox(
  agent: string,
  frameworkId: string,
  taskId: string,
  attempts: number,
  clock: Clock,
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const directory = sandboxIn((await getJson(agent, "/state")) as AgentState, frameworkId, taskId);
    if (directory !== undefined || attempt >= attempts) return directory;
    await sleep(clock, INTERVAL_MS);
  }
}

/** The sandbox of a task in the `state` of an agent. */
export function sandboxIn(state: AgentState, frameworkId: string, taskId: string): string | undefined {
  const executors = [...state.frameworks, ...state.completed_frameworks]
    .filter(({ id }) => id === frameworkId)
    .flatMap((framework) => [...framework.executors, ...framework.completed_executors]);
  return executors.find((executor) =>
    [executor.tasks, executor.completed_tasks, executor.queued_tasks].some((tasks) =>
      tasks?.some(({ id }) => id === taskId),
    ),
  )?.directory;
}
