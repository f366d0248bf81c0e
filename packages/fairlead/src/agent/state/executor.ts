import {
  type ContainerId,
  type ExecutorId,
  type ExecutorInfo,
  type FrameworkID,
  isTerminal,
  parseTaskId,
  Resources,
  type Task,
  type TaskId,
  type TaskInfo,
  type TaskStatus,
} from "@fairlead/mesos-api";
import type { AgentExecutorView } from "../entities.ts";
import { toTask, withForwarded, withStatus } from "./task.ts";

/** Where a task stands in its executor. */
export type TaskPlace = "queued" | "launched" | "terminated" | "completed";

/** One run of an executor and its tasks; only transitions, nothing here waits or does. */
export class Executor implements AgentExecutorView {
  readonly id: ExecutorId;
  readonly info: ExecutorInfo;
  readonly isCommandExecutor: boolean;
  readonly containerId: ContainerId;
  readonly directory: string;
  /** Whether the run is in the checkpoint: its framework wants it, and it could be stored. */
  checkpointed: boolean;
  /** Its container has ended; what is left are tasks whose updates are not acknowledged. */
  ended = false;
  /** It was told to end, though its container still lives. */
  terminating = false;
  readonly #frameworkId: FrameworkID;
  readonly #queued = new Map<TaskId, TaskInfo>();
  readonly #launched = new Map<TaskId, Task>();
  readonly #terminated = new Map<TaskId, Task>();
  readonly #completed: Task[] = [];

  constructor(options: {
    id: ExecutorId;
    info: ExecutorInfo;
    isCommandExecutor: boolean;
    containerId: ContainerId;
    directory: string;
    frameworkId: FrameworkID;
    checkpointed: boolean;
  }) {
    this.id = options.id;
    this.info = options.info;
    this.isCommandExecutor = options.isCommandExecutor;
    this.containerId = options.containerId;
    this.directory = options.directory;
    this.checkpointed = options.checkpointed;
    this.#frameworkId = options.frameworkId;
  }

  get queuedTasks(): ReadonlyMap<TaskId, TaskInfo> {
    return this.#queued;
  }

  get tasks(): ReadonlyMap<TaskId, Task> {
    return this.#launched;
  }

  get terminatedTasks(): ReadonlyMap<TaskId, Task> {
    return this.#terminated;
  }

  get completedTasks(): readonly Task[] {
    return this.#completed;
  }

  /** What its container holds: nothing once it has ended. */
  get resources(): Resources {
    if (this.ended) return Resources.none;
    const tasks = [...this.#queued.values(), ...this.#launched.values()].flatMap((task) => task.resources);
    return Resources.of(this.info.resources).plus(Resources.of(tasks));
  }

  /** Whether tasks are left whose end is not acknowledged. */
  get hasIncompleteTasks(): boolean {
    return this.#queued.size + this.#launched.size + this.#terminated.size > 0;
  }

  /** The ids of all tasks it ever had. */
  get taskIds(): TaskId[] {
    const completed = this.#completed.map((task) => parseTaskId(task.taskId?.value ?? ""));
    return [...this.#queued.keys(), ...this.#launched.keys(), ...this.#terminated.keys(), ...completed];
  }

  /** Queued, living and unacknowledged tasks, as the master is told of them. */
  get incompleteTasks(): Task[] {
    const queued = [...this.#queued.values()].map((info) => toTask(info, this.#frameworkId));
    return [...queued, ...this.#launched.values(), ...this.#terminated.values()];
  }

  enqueue(taskId: TaskId, info: TaskInfo): void {
    this.#queued.set(taskId, info);
  }

  /** Takes up a task of an earlier run at the place that its state says. */
  adopt(taskId: TaskId, task: Task): void {
    (isTerminal(task.state) ? this.#terminated : this.#launched).set(taskId, task);
  }

  place(taskId: TaskId): TaskPlace | undefined {
    if (this.#queued.has(taskId)) return "queued";
    if (this.#launched.has(taskId)) return "launched";
    if (this.#terminated.has(taskId)) return "terminated";
    return this.#completed.some((task) => task.taskId?.value === taskId) ? "completed" : undefined;
  }

  task(taskId: TaskId): Task | undefined {
    const queued = this.#queued.get(taskId);
    if (queued !== undefined) return toTask(queued, this.#frameworkId);
    return this.#launched.get(taskId) ?? this.#terminated.get(taskId);
  }

  /** The task as it is after `status`, without changing anything: what goes to disk first. Undefined if it has ended or is unknown. */
  preview(taskId: TaskId, status: TaskStatus): Task | undefined {
    const task = this.#terminated.has(taskId) ? undefined : this.task(taskId);
    return task === undefined ? undefined : withStatus(task, status);
  }

  /** Moves the task to where `status` puts it. */
  apply(taskId: TaskId, status: TaskStatus): void {
    const task = this.preview(taskId, status);
    if (task === undefined) return;
    this.#queued.delete(taskId);
    this.#launched.delete(taskId);
    this.adopt(taskId, task);
  }

  /** Notes that `status` is on its way to the master. */
  forwarded(taskId: TaskId, status: TaskStatus): void {
    for (const tasks of [this.#launched, this.#terminated]) {
      const task = tasks.get(taskId);
      if (task !== undefined) tasks.set(taskId, withForwarded(task, status));
    }
  }

  /** The terminal status is acknowledged. */
  complete(taskId: TaskId): void {
    const task = this.#terminated.get(taskId);
    if (task === undefined) return;
    this.#terminated.delete(taskId);
    this.#completed.push(task);
  }

  /** Nobody will acknowledge anything any more: all tasks are put down as they are. */
  abandon(): void {
    for (const task of this.incompleteTasks) this.#completed.push(task);
    this.#queued.clear();
    this.#launched.clear();
    this.#terminated.clear();
  }
}
