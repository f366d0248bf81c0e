import {
  type AgentId,
  type ContainerStatus,
  ContainerStatusSchema,
  clone,
  create,
  isTerminal,
  type TaskId,
  type TaskStatus,
  TaskStatusSchema,
  toContainerIdMessage,
} from "@fairlead/mesos-api";
import { type Clock, sleep, withDeadline } from "../../base/clock.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { Containerizer } from "../../containerizer/containerizer.ts";
import type { Checkpoint, KillRecord } from "../checkpoint/checkpoint.ts";
import type { StatusDraft } from "../executors/command-executor.ts";
import { type HostAddresses, withHostAddresses } from "../executors/container-status.ts";
import { CONTAINER_STATUS_TIMEOUT_MS, STORE_RETRY_MAX_MS, STORE_RETRY_MIN_MS } from "../limits.ts";
import { type Counters, countTerminal } from "../metrics.ts";
import type { Executor } from "../state/executor.ts";
import type { Framework } from "../state/framework.ts";
import { toldState } from "../state/task-state.ts";
import type { UpdateStreams } from "./update-streams.ts";

/** What the reports of all tasks share. */
export interface ReporterContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly newUuid: () => string;
  readonly containerizer: Containerizer;
  readonly checkpoint: Checkpoint;
  readonly streams: UpdateStreams;
  readonly counters: Counters;
  readonly host: HostAddresses;
  readonly agentId: () => AgentId | undefined;
  /** Whether the agent has ended: nothing is stored or sent any more, and nobody goes on who waits for that. */
  readonly closed: () => boolean;
}

/** Makes the status updates of one task, and brings them to disk, into the agent's view and on their way. */
export class TaskReporter {
  readonly #context: ReporterContext;
  readonly #framework: Framework;
  readonly #executor: Executor;
  readonly #taskId: TaskId;

  constructor(context: ReporterContext, framework: Framework, executor: Executor, taskId: TaskId) {
    this.#context = context;
    this.#framework = framework;
    this.#executor = executor;
    this.#taskId = taskId;
  }

  /** Stores an update and sends it. */
  async report(draft: StatusDraft): Promise<void> {
    const status = await this.store(draft);
    if (status !== undefined) this.send(status);
  }

  /** Stores an update only; undefined if nobody wants to hear of it. A full disk holds it up until there is room, the agent's end for ever. */
  async store(draft: StatusDraft): Promise<TaskStatus | undefined> {
    const status = await this.#toStatus(draft);
    let pauseMs = STORE_RETRY_MIN_MS;
    for (;;) {
      // whoever waits for it must do nothing more: the next agent finds the task as it is on disk now
      if (this.#context.closed()) return new Promise(() => {});
      const task = !this.#framework.terminating ? this.#executor.preview(this.#taskId, status) : undefined;
      if (task === undefined) {
        this.#context.counters.invalidStatusUpdates++;
        return undefined;
      }
      if (!this.#executor.checkpointed) return status;
      try {
        await this.#context.checkpoint.putUpdate(this.#run, this.#taskId, task, status);
        return status;
      } catch (error) {
        if (!FairleadError.is(error)) throw error;
        this.#context.log.error(
          { taskId: this.#taskId, err: errorText(error), pauseMs },
          "a status update could not be stored; it waits until the disk takes it",
        );
      }
      await sleep(this.#context.clock, pauseMs);
      pauseMs = Math.min(pauseMs * 2, STORE_RETRY_MAX_MS);
    }
  }

  /** Shows a stored update in the agent's view, and sends it. */
  send(status: TaskStatus): void {
    if (!this.#wanted) return;
    const { counters, streams } = this.#context;
    counters.validStatusUpdates++;
    if (isTerminal(status.state)) countTerminal(counters, status.state);
    this.#executor.apply(this.#taskId, status);
    streams.append(this.#framework.id, this.#taskId, status);
  }

  async noteKill(kill: KillRecord): Promise<void> {
    if (!this.#executor.checkpointed || !this.#wanted) return;
    try {
      await this.#context.checkpoint.putKill(this.#run, this.#taskId, kill);
    } catch (error) {
      this.#context.log.warn(
        { taskId: this.#taskId, err: errorText(error) },
        "a kill could not be stored; an agent that is restarted now would need to be told again",
      );
    }
  }

  /** The scheduler of a framework that is being shut down acknowledges nothing. */
  get #wanted(): boolean {
    return !this.#framework.terminating && !this.#context.closed();
  }

  get #run() {
    return {
      frameworkId: this.#framework.id,
      executorId: this.#executor.id,
      containerId: this.#executor.containerId,
    };
  }

  async #toStatus(draft: StatusDraft): Promise<TaskStatus> {
    const { clock, newUuid, agentId } = this.#context;
    const id = agentId();
    const containerStatus = draft.delivered && this.#wanted ? await this.#containerStatus() : undefined;
    return create(TaskStatusSchema, {
      taskId: { value: this.#taskId },
      state: toldState(this.#framework.info, draft.state),
      source: draft.source,
      reason: draft.reason,
      message: draft.message,
      limitation: draft.limitation,
      agentId: id === undefined ? undefined : { value: id },
      executorId: { value: this.#executor.id },
      timestamp: clock.now() / 1000,
      uuid: uuidBytes(newUuid()),
      containerStatus,
    });
  }

  /** Without an answer of the containerizer no address is made up, unless the container can have none of its own. */
  async #containerStatus(): Promise<ContainerStatus> {
    const { clock, containerizer, host, log } = this.#context;
    const { containerId, info } = this.#executor;
    const slow = new FairleadError("RUNTIME_FAILED", "the containerizer does not tell the status of the container");
    try {
      const status = await withDeadline(
        clock,
        CONTAINER_STATUS_TIMEOUT_MS,
        containerizer.status(containerId),
        () => slow,
      );
      return withHostAddresses(withContainerId(status, this.#executor), host);
    } catch (error) {
      log.warn({ containerId, err: errorText(error) }, "a status update goes without what the container could tell");
      const bare = create(ContainerStatusSchema, { containerId: toContainerIdMessage(containerId) });
      const hasNetworks = info.container?.networkInfos.some((network) => Object.hasOwn(network, "name")) ?? false;
      return hasNetworks ? bare : withHostAddresses(bare, host);
    }
  }
}

function withContainerId(status: ContainerStatus, executor: Executor): ContainerStatus {
  if (status.containerId !== undefined) return status;
  const complete = clone(ContainerStatusSchema, status);
  complete.containerId = toContainerIdMessage(executor.containerId);
  return complete;
}

export function uuidBytes(uuid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(uuid.replaceAll("-", ""), "hex"));
}
