import { type Task, TaskState, v0 } from "@fairlead/mesos-api";
import type { FrameworkView, MasterView } from "../entities.ts";
import { agentMembers } from "./agent-document.ts";
import { frameworkSummaryMembers } from "./framework-document.ts";

/** The states that are counted, in Mesos's order. */
const COUNTED = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_UNREACHABLE",
] as const satisfies readonly (keyof typeof TaskState)[];

/** How many tasks of an agent or a framework are in each state, and with whom they connect it. */
class Tally {
  readonly #counts = new Map<TaskState, number>();
  readonly others = new Set<string>();

  add(task: Task, other: string): void {
    this.#counts.set(task.state, (this.#counts.get(task.state) ?? 0) + 1);
    this.others.add(other);
  }

  members(othersName: string): string {
    return v0.jsonMembers([
      ...COUNTED.map((name): v0.Member => [name, String(this.#counts.get(TaskState[name]) ?? 0)]),
      [othersName, v0.jsonArray(this.others, v0.jsonString)],
    ]);
  }
}

/** The document of `/state-summary`: agents and present frameworks with counts of their tasks in place of the tasks. */
export function stateSummaryDocument(master: MasterView, cluster: string | undefined): string {
  const byAgent = new Map<string, Tally>();
  const byFramework = new Map<string, Tally>();
  for (const framework of master.frameworks.values()) {
    for (const task of allTasks(framework)) {
      const agentId = task.agentId?.value ?? "";
      tally(byAgent, agentId).add(task, framework.id);
      tally(byFramework, framework.id).add(task, agentId);
    }
  }
  return v0.jsonObject([
    ["hostname", v0.jsonString(master.info.hostname)],
    ["cluster", cluster === undefined ? undefined : v0.jsonString(cluster)],
    [
      "slaves",
      v0.jsonArray(
        master.agents.values(),
        (agent) => `{${agentMembers(agent)},${tally(byAgent, agent.id).members("framework_ids")}}`,
      ),
    ],
    [
      "frameworks",
      v0.jsonArray(
        master.frameworks.values(),
        (framework) =>
          `{${frameworkSummaryMembers(framework)},${tally(byFramework, framework.id).members("slave_ids")}}`,
      ),
    ],
  ]);
}

function* allTasks(framework: FrameworkView): Iterable<Task> {
  yield* framework.tasks.values();
  yield* framework.unreachableTasks.values();
  yield* framework.completedTasks;
}

function tally(tallies: Map<string, Tally>, id: string): Tally {
  let found = tallies.get(id);
  if (found === undefined) {
    found = new Tally();
    tallies.set(id, found);
  }
  return found;
}
