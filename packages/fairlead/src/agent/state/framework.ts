import type { ExecutorId, FrameworkId, FrameworkInfo } from "@fairlead/mesos-api";
import type { AgentFrameworkView } from "../entities.ts";
import type { Executor } from "./executor.ts";

/** A framework with executors on this agent, or one that had. */
export class Framework implements AgentFrameworkView {
  readonly id: FrameworkId;
  info: FrameworkInfo;
  readonly executors = new Map<ExecutorId, Executor>();
  readonly completedExecutors: Executor[] = [];
  /** It is being shut down: nothing is reported for it any more, because nobody acknowledges. */
  terminating = false;
  readonly #maxCompleted: number;

  constructor(id: FrameworkId, info: FrameworkInfo, maxCompletedExecutors: number) {
    this.id = id;
    this.info = info;
    this.#maxCompleted = maxCompletedExecutors;
  }

  /** Moves an executor to the completed ones, of which the oldest fall out. */
  complete(executor: Executor): void {
    this.executors.delete(executor.id);
    this.completedExecutors.push(executor);
    while (this.completedExecutors.length > this.#maxCompleted) this.completedExecutors.shift();
  }
}
