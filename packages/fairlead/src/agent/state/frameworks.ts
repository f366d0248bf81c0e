import { type ExecutorId, type FrameworkId, type FrameworkInfo, Resources, type TaskId } from "@fairlead/mesos-api";
import { MAX_COMPLETED_FRAMEWORKS } from "../limits.ts";
import type { Executor } from "./executor.ts";
import { Framework } from "./framework.ts";

/** The frameworks of an agent, those with executors and the last ones that had some. */
export class Frameworks {
  readonly active = new Map<FrameworkId, Framework>();
  /** The oldest first. */
  readonly completed: Framework[] = [];
  readonly #maxCompletedExecutors: number;

  constructor(maxCompletedExecutors: number) {
    this.#maxCompletedExecutors = maxCompletedExecutors;
  }

  /** The framework, new if it is not here; one that had completed comes back with its completed executors. */
  ensure(id: FrameworkId, info: FrameworkInfo): Framework {
    const known = this.active.get(id);
    if (known !== undefined) return known;
    const framework = new Framework(id, info, this.#maxCompletedExecutors);
    const index = this.completed.findIndex((completed) => completed.id === id);
    if (index >= 0) framework.completedExecutors.push(...this.completed.splice(index, 1)[0]!.completedExecutors);
    this.active.set(id, framework);
    return framework;
  }

  /** Moves a framework without executors to the completed ones, of which the oldest fall out. */
  complete(framework: Framework): void {
    this.active.delete(framework.id);
    this.completed.push(framework);
    while (this.completed.length > MAX_COMPLETED_FRAMEWORKS) this.completed.shift();
  }

  executor(frameworkId: FrameworkId, executorId: ExecutorId): Executor | undefined {
    return this.active.get(frameworkId)?.executors.get(executorId);
  }

  /** The executor that has a task which is not completed. */
  ofTask(frameworkId: FrameworkId, taskId: TaskId): Executor | undefined {
    for (const executor of this.active.get(frameworkId)?.executors.values() ?? []) {
      const place = executor.place(taskId);
      if (place !== undefined && place !== "completed") return executor;
    }
    return undefined;
  }

  *executors(): Iterable<Executor> {
    for (const framework of this.active.values()) yield* framework.executors.values();
  }

  /** Whether `path` is, or holds, the sandbox of an executor that is not completed. */
  holdsSandboxIn(path: string): boolean {
    for (const { directory } of this.executors()) {
      if (directory === path || directory.startsWith(`${path}/`)) return true;
    }
    return false;
  }

  /** What the containers of all executors have booked. */
  get allocated(): Resources {
    let sum = Resources.none;
    for (const executor of this.executors()) sum = sum.plus(executor.resources);
    return sum;
  }
}
