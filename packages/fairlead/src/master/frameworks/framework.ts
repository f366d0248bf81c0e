import type {
  AgentId,
  ExecutorId,
  ExecutorInfo,
  FrameworkId,
  FrameworkInfo,
  Offer,
  OfferId,
  Resources,
  scheduler,
  Task,
  TaskId,
} from "@fairlead/mesos-api";
import type { Timer } from "../../base/clock.ts";
import type { EventStream } from "../../base/event-stream.ts";
import type { AllocatorFramework } from "../allocator/framework.ts";
import type { FrameworkView } from "../entities.ts";
import { FrameworkCounters } from "../metrics/framework-counters.ts";
import { RecentMap } from "../recent-map.ts";
import { ResourceBook } from "../resource-book.ts";
import { type FrameworkCapabilities, frameworkCapabilities, frameworkRoles } from "./capabilities.ts";

/** The stream of a subscribed scheduler. */
export interface SchedulerConnection {
  readonly stream: EventStream<scheduler.Event>;
  readonly streamId: string;
  heartbeat: Timer | undefined;
}

export interface FrameworkLimits {
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
}

/** A framework. Only the master's core changes it; messages in it are replaced, never changed. */
export class Framework implements FrameworkView {
  readonly id: FrameworkId;
  /** What the allocator knows of it. */
  readonly share: AllocatorFramework;
  readonly counters = new FrameworkCounters();
  readonly tasks = new Map<TaskId, Task>();
  readonly completedTasks: Task[] = [];
  readonly offers = new Map<OfferId, Offer>();
  readonly executors = new Map<AgentId, Map<ExecutorId, ExecutorInfo>>();
  readonly usedByAgent = new ResourceBook<AgentId>();
  readonly offeredByAgent = new ResourceBook<AgentId>();
  connection: SchedulerConnection | undefined;
  failoverTimer: Timer | undefined;
  recovered = false;
  registeredMs: number;
  reregisteredMs: number | undefined;
  unregisteredMs: number | undefined;
  readonly #limits: FrameworkLimits;
  readonly #unreachableTasks: RecentMap<TaskId, Task>;
  #info: FrameworkInfo;
  #roles: readonly string[];
  #capabilities: FrameworkCapabilities;

  constructor(id: FrameworkId, info: FrameworkInfo, share: AllocatorFramework, nowMs: number, limits: FrameworkLimits) {
    this.id = id;
    this.share = share;
    this.registeredMs = nowMs;
    this.#limits = limits;
    this.#unreachableTasks = new RecentMap(limits.maxUnreachableTasksPerFramework);
    this.#info = info;
    this.#roles = frameworkRoles(info);
    this.#capabilities = frameworkCapabilities(info);
  }

  get info(): FrameworkInfo {
    return this.#info;
  }

  set info(info: FrameworkInfo) {
    this.#info = info;
    this.#roles = frameworkRoles(info);
    this.#capabilities = frameworkCapabilities(info);
  }

  get roles(): readonly string[] {
    return this.#roles;
  }

  get capabilities(): FrameworkCapabilities {
    return this.#capabilities;
  }

  get suppressedRoles(): ReadonlySet<string> {
    return this.share.suppressedRoles;
  }

  get offerConstraints(): scheduler.OfferConstraints | undefined {
    return this.share.constraints.message;
  }

  get connected(): boolean {
    return this.connection !== undefined;
  }

  get active(): boolean {
    return this.share.isActive;
  }

  get used(): Resources {
    return this.usedByAgent.total;
  }

  get offered(): Resources {
    return this.offeredByAgent.total;
  }

  get unreachableTasks(): ReadonlyMap<TaskId, Task> {
    return this.#unreachableTasks.entries;
  }

  addUnreachableTask(taskId: TaskId, task: Task): void {
    this.#unreachableTasks.set(taskId, task);
  }

  deleteUnreachableTask(taskId: TaskId): void {
    this.#unreachableTasks.delete(taskId);
  }

  addCompletedTask(task: Task): void {
    this.completedTasks.push(task);
    if (this.completedTasks.length > this.#limits.maxCompletedTasksPerFramework) this.completedTasks.shift();
  }

  /** A task that had ended as far as the master knew lives after all. */
  deleteCompletedTask(taskId: TaskId): void {
    const rest = this.completedTasks.filter((task) => task.taskId?.value !== taskId);
    if (rest.length < this.completedTasks.length) this.completedTasks.splice(0, Number.POSITIVE_INFINITY, ...rest);
  }

  /** Whether events reach it: a stream that was dropped takes none any more, although its end may not have been told yet. */
  get listening(): boolean {
    return this.connection?.stream.ended === false;
  }

  /** Sends an event; it is lost while nobody is subscribed. */
  send(event: scheduler.Event): void {
    if (this.connection === undefined) return;
    this.counters.event(event.type);
    this.connection.stream.send(event);
  }
}
