import { type ContainerId, TaskState, type TaskStatus, TaskStatus_Source } from "@fairlead/mesos-api";
import { type Clock, type Timer, withDeadline } from "../../base/clock.ts";
import { crashPoint } from "../../base/crash-points.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { ContainerConfig, Containerizer, ContainerTermination } from "../../containerizer/containerizer.ts";
import type { KillRecord } from "../checkpoint/checkpoint.ts";
import { DESTROY_BEFORE_REPORT_MS, KILL_CHECKPOINT_TIMEOUT_MS, KILL_GRACE_MS } from "../limits.ts";
import { type Ending, endingOf, killedDuringLaunch, launchFailed } from "./ending.ts";
import { KillEscalation } from "./kill-escalation.ts";

const SIGNALS = { SIGTERM: 15, SIGKILL: 9 } as const;

/** What a status update says, before the agent gives it an id, a time and the container's addresses. */
export type StatusDraft = Omit<Ending, "message"> & {
  readonly message?: string;
  /** Whether the task reached its container, so that the container's addresses are its own. */
  readonly delivered: boolean;
};

/** The agent, as a command executor needs it. Nothing here rejects, except `prepare`. */
export interface ExecutorHost {
  /** Makes what must be there before the container: the checkpoint, the sandbox. Errors fail the launch, their message is told. */
  prepare(): Promise<ContainerConfig>;
  /** Stores an update and sends it; resolves when it is stored, however long a full disk takes. */
  report(draft: StatusDraft): Promise<void>;
  /** Stores the last update, and sends nothing yet. Undefined: nobody wants to hear of it any more. */
  store(draft: StatusDraft): Promise<TaskStatus | undefined>;
  /** The container is gone: sends what `store` returned. */
  ended(status: TaskStatus | undefined): void;
  /** Notes a kill on disk, for an agent that is restarted before the task is gone. */
  noteKill(record: KillRecord): Promise<void>;
}

export interface CommandExecutorOptions {
  readonly containerId: ContainerId;
  readonly containerizer: Containerizer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly host: ExecutorHost;
  /** The grace period of the task's own kill policy. */
  readonly gracePeriodMs: number | undefined;
  readonly maxCompletionMs: number | undefined;
  /** Whether the framework knows TASK_KILLING. */
  readonly taskKilling: boolean;
}

/** Where an earlier run of the agent left a task. */
export interface ResumePoint {
  /** When TASK_RUNNING was reported, in milliseconds since the epoch; undefined if it was not. */
  readonly runningSinceMs: number | undefined;
  readonly killing: boolean;
  readonly kill: KillRecord | undefined;
}

/**
 * The life of one command task, as Mesos's command executor leads it: launch, TASK_STARTING, start, TASK_RUNNING, wait, and the end with the
 * command's exit status.
 *
 * The last update is on disk before the container is taken down, because the container is the only other place that knows how it ended; and it
 * is sent after that, so that ports and addresses are free when it arrives.
 *
 * Source: `src/launcher/executor.cpp` of Mesos.
 */
export class CommandExecutor {
  readonly #options: CommandExecutorOptions;
  /** `starting`: the container is there, its command does not run yet. */
  #phase: "preparing" | "launching" | "starting" | "running" | "ended" = "preparing";
  #delivered = false;
  #escalation: KillEscalation | undefined;
  #completion: Timer | undefined;
  #reports: Promise<void> = Promise.resolve();
  /** Rejects when a launch that was cut short takes too long to be undone: from then on nobody waits for its container. */
  readonly #abandoned = Promise.withResolvers<never>();
  #isAbandoned = false;

  constructor(options: CommandExecutorOptions) {
    this.#options = options;
    this.#abandoned.promise.catch(() => {});
  }

  /** Leads a new task through its whole life. Never rejects. */
  async run(): Promise<void> {
    const failure = await this.#launch();
    await this.#finish(failure ?? (await this.#startAndWait(undefined)));
  }

  /** Takes up a task whose container was launched by an earlier run of the agent. Never rejects. */
  async resume(point: ResumePoint): Promise<void> {
    this.#delivered = true;
    this.#phase = "starting";
    if (point.kill !== undefined) this.#escalation = this.#escalate(point.kill);
    await this.#finish(await this.#startAndWait(point));
  }

  /** Reports the end of a task of which no container is left. Never rejects. */
  async conclude(ending: Ending): Promise<void> {
    await this.#finish(ending);
  }

  /** Ends the task; again and again is allowed, a shorter grace period counts. `gracePeriodMs` is that of the kill call. */
  kill(gracePeriodMs: number | undefined): void {
    this.#requestKill("kill", gracePeriodMs ?? this.#options.gracePeriodMs ?? KILL_GRACE_MS);
  }

  /** Ends the task because its executor or its framework ends. */
  shutdown(gracePeriodMs: number): void {
    this.#requestKill("shutdown", gracePeriodMs);
  }

  /** Ends the task because the agent goes: with its own grace period, but at most this one. */
  stop(maxGracePeriodMs: number): void {
    this.#requestKill("kill", Math.min(this.#options.gracePeriodMs ?? KILL_GRACE_MS, maxGracePeriodMs));
  }

  /** Does nothing more: the agent goes, and the container stays for the next one. `host` answers nothing any more. */
  freeze(): void {
    this.#phase = "ended";
    this.#completion?.cancel();
    this.#escalation?.cancel();
  }

  /** Whatever is under way when it is frozen ends without a further step. */
  #enter(phase: "launching" | "starting" | "running"): void {
    if (this.#phase !== "ended") this.#phase = phase;
  }

  async #launch(): Promise<Ending | undefined> {
    const { containerizer, host } = this.#options;
    try {
      const config = await host.prepare();
      if (this.#escalation === undefined && this.#phase !== "ended") {
        this.#enter("launching");
        const launched = await Promise.race([containerizer.launch(config), this.#abandoned.promise]);
        if (!launched) throw notSupported();
        this.#delivered = true;
      }
    } catch (error) {
      if (!FairleadError.is(error)) this.#options.log.error({ err: error }, "a launch failed unexpectedly");
      return this.#killedOr(launchFailed(error));
    }
    this.#enter("starting");
    return this.#escalation === undefined ? undefined : this.#killedOr(undefined);
  }

  /** `point` is undefined for a container that was just launched. */
  async #startAndWait(point: ResumePoint | undefined): Promise<Ending> {
    if (point === undefined) {
      await this.#report(TaskState.TASK_STARTING);
      crashPoint("status-starting-stored");
    }
    if (point?.runningSinceMs === undefined) {
      const failure = await this.#start(point);
      if (failure !== undefined) return failure;
    }
    this.#enter("running");
    this.#armCompletion(point?.runningSinceMs ?? this.#options.clock.now());
    const reported = point?.runningSinceMs === undefined ? this.#report(TaskState.TASK_RUNNING) : undefined;
    if (this.#escalation !== undefined) void this.#carryOutKill(this.#escalation, point?.killing ?? false);
    await reported;
    if (reported !== undefined) crashPoint("status-running-stored");
    const termination = await this.#wait();
    crashPoint("exit-observed");
    return endingOf(termination, this.#escalation?.record.cause);
  }

  async #start(point: ResumePoint | undefined): Promise<Ending | undefined> {
    const { containerId, containerizer } = this.#options;
    // a new agent cannot know whether the command runs already: then it must be told and waited for, killed or not
    if (point === undefined && this.#escalation !== undefined) return this.#killedOr(undefined);
    try {
      await containerizer.start(containerId);
      return undefined;
    } catch (error) {
      if (point !== undefined && FairleadError.is(error, "CONTAINER_UNKNOWN")) {
        return endingOf({}, this.#escalation?.record.cause);
      }
      return this.#killedOr(launchFailed(error));
    }
  }

  async #wait(): Promise<ContainerTermination> {
    try {
      return await this.#options.containerizer.wait(this.#options.containerId);
    } catch (error) {
      this.#options.log.warn({ err: errorText(error) }, "a container cannot be waited for; its task counts as ended");
      return {};
    }
  }

  async #finish(ending: Ending): Promise<void> {
    const { host } = this.#options;
    const launched = this.#phase !== "preparing";
    this.#phase = "ended";
    this.#completion?.cancel();
    this.#escalation?.cancel();
    await this.#reports;
    const status = await host.store({ ...ending, delivered: this.#delivered });
    crashPoint("status-terminal-stored");
    if (launched && !this.#isAbandoned) await this.#destroy();
    host.ended(status);
  }

  /** Teardown that takes longer goes on, but the framework does not wait for it. */
  async #destroy(): Promise<void> {
    const { clock, containerId, containerizer, log } = this.#options;
    const overdue = new FairleadError("RUNTIME_FAILED", "the container is still being taken down");
    try {
      await withDeadline(clock, DESTROY_BEFORE_REPORT_MS, containerizer.destroy(containerId), () => overdue);
    } catch (error) {
      log.warn({ err: errorText(error) }, "the end of a task is reported although its container is not gone yet");
      this.#isAbandoned = true;
      this.#abandoned.reject(error);
    }
  }

  #report(state: TaskState): Promise<void> {
    const draft = { state, source: TaskStatus_Source.EXECUTOR, delivered: true };
    this.#reports = this.#reports.then(() => this.#options.host.report(draft));
    return this.#reports;
  }

  #armCompletion(sinceMs: number): void {
    const { clock, maxCompletionMs } = this.#options;
    // a kill that was begun has its own time
    if (maxCompletionMs === undefined || this.#escalation !== undefined || this.#phase === "ended") return;
    const remainingMs = Math.max(0, sinceMs + maxCompletionMs - clock.now());
    this.#completion = clock.after(remainingMs, () => this.#requestKill("max-completion-time", 0));
  }

  #requestKill(cause: KillRecord["cause"], gracePeriodMs: number): void {
    if (this.#phase === "ended") return;
    if (this.#escalation !== undefined) {
      if (this.#escalation.shorten(gracePeriodMs)) void this.#options.host.noteKill(this.#escalation.record);
      return;
    }
    this.#completion?.cancel();
    this.#escalation = this.#escalate({ cause, startedMs: this.#options.clock.now(), gracePeriodMs });
    if (this.#phase === "launching") void this.#destroy();
    if (this.#phase === "running") void this.#carryOutKill(this.#escalation, false);
  }

  #escalate(record: KillRecord): KillEscalation {
    return new KillEscalation(this.#options.clock, record, (name) => void this.#signal(name));
  }

  /** Notes the kill, tells TASK_KILLING where it is known and not yet told, and sends the first signal. */
  async #carryOutKill(escalation: KillEscalation, killing: boolean): Promise<void> {
    const { clock, host, taskKilling } = this.#options;
    const slow = new FairleadError("STORE_FAILED", "the kill is not on disk yet");
    await withDeadline(clock, KILL_CHECKPOINT_TIMEOUT_MS, host.noteKill(escalation.record), () => slow).catch(() => {});
    if (this.#phase === "ended") return;
    if (taskKilling && !killing && escalation.record.cause !== "max-completion-time") {
      void this.#report(TaskState.TASK_KILLING);
    }
    escalation.begin();
  }

  async #signal(name: keyof typeof SIGNALS): Promise<void> {
    const { containerId, containerizer, log } = this.#options;
    if (this.#phase === "ended") return;
    try {
      log.info({ signal: name }, "a task is told to end");
      await containerizer.kill(containerId, SIGNALS[name]);
      if (name === "SIGTERM") crashPoint("kill-sent");
    } catch (error) {
      log.warn(
        { err: errorText(error), signal: name },
        "a signal could not be sent; the task has ended or is killed later",
      );
    }
  }

  #killedOr<T>(otherwise: T): Ending | T {
    return this.#escalation === undefined ? otherwise : killedDuringLaunch(this.#escalation.record.cause);
  }
}

function notSupported(): FairleadError {
  return new FairleadError(
    "CONTAINER_INVALID",
    "None of the enabled containerizers could create a container for the provided TaskInfo/ExecutorInfo message",
  );
}
