import {
  ClientError,
  clone,
  type EventStream,
  type FrameworkInfo,
  FrameworkInfoSchema,
  isTerminal,
  type Offer,
  Offer_Operation_Type,
  type SchedulerClient,
  scheduler,
  type TaskInfo,
  type TaskStatus,
} from "@fairlead/mesos-api";
import { type Clock, sleep } from "../../base/clock.ts";
import { errorText } from "../../base/errors.ts";
import { chooseOffer } from "./choose-offer.ts";
import { FAILOVER_TIMEOUT_SECONDS } from "./task-description.ts";

/** Milliseconds between two attempts to come back to the master. */
const RESUBSCRIBE_INTERVAL_MS = 1000;

/** Milliseconds between two questions what became of the task; they double up to the second. */
const RECONCILE_INTERVAL_MS = 500;
const MAX_RECONCILE_INTERVAL_MS = 30_000;

/** Milliseconds that a killed task has to be reported before it is given up; the agent's own grace period is shorter. */
const KILL_TIMEOUT_MS = 10_000;

/** Seconds for which an offer that is too small is not made again. */
const REFUSE_SECONDS = 5;

/** What an execution tells while it goes on. */
export interface ExecutionEvents {
  /** No offer was large enough so far; called once. */
  onWaiting(): void;
  onLaunched(offer: Offer): void;
  onUpdate(status: TaskStatus): void;
  onDisconnected(reason: string): void;
}

/** One task, from the offer that it is launched from to its end. */
export class Execution {
  readonly #client: SchedulerClient;
  readonly #framework: FrameworkInfo;
  readonly #task: TaskInfo;
  readonly #events: ExecutionEvents;
  readonly #clock: Clock;
  readonly #end = Promise.withResolvers<TaskStatus>();
  #launched = false;
  /** After a lost connection: nothing was heard of the task since. */
  #unheard = false;
  #subscriptions = 0;
  #waiting = false;
  #ended = false;

  constructor(
    client: SchedulerClient,
    what: { framework: FrameworkInfo; task: TaskInfo },
    events: ExecutionEvents,
    clock: Clock,
  ) {
    this.#client = client;
    this.#framework = what.framework;
    this.#task = what.task;
    this.#events = events;
    this.#clock = clock;
  }

  /** Runs the task; resolves with its last status. Rejects where the master refuses the framework, or stays away. */
  async run(): Promise<TaskStatus> {
    const following = this.#follow();
    following.catch((error: unknown) => this.#end.reject(error));
    const status = await this.#end.promise;
    this.#ended = true;
    return status;
  }

  /** Asks the master to end the task; undefined before it was launched, else its last status, or none in time. */
  async kill(): Promise<TaskStatus | undefined> {
    if (!this.#launched) return undefined;
    await this.#client.call({ type: scheduler.Call_Type.KILL, kill: { taskId: this.#task.taskId! } });
    return Promise.race([this.#end.promise, sleep(this.#clock, KILL_TIMEOUT_MS).then(() => undefined)]);
  }

  /** Removes the framework from the master, with all that it still has. */
  async tearDown(): Promise<void> {
    this.#ended = true;
    if (this.#client.frameworkId !== undefined) await this.#client.call({ type: scheduler.Call_Type.TEARDOWN });
    await this.#client.close();
  }

  /** Subscribes, and again with the same id whenever the connection breaks, until the failover timeout has passed without one. */
  async #follow(): Promise<void> {
    let deadlineMs: number | undefined;
    while (!this.#ended) {
      try {
        const stream = await this.#client.subscribe({ frameworkInfo: this.#identified() });
        deadlineMs = undefined;
        await this.#take(stream);
      } catch (error) {
        const wasSubscribed = this.#client.frameworkId !== undefined;
        if (this.#ended) return;
        if (!wasSubscribed || !(error instanceof ClientError) || error.code === "CALL_REFUSED") throw error;
        deadlineMs ??= this.#clock.monotonic() + FAILOVER_TIMEOUT_SECONDS * 1000;
        if (this.#clock.monotonic() > deadlineMs) throw error;
        this.#events.onDisconnected(errorText(error));
        await sleep(this.#clock, RESUBSCRIBE_INTERVAL_MS);
      }
    }
  }

  #identified(): FrameworkInfo {
    const id = this.#client.frameworkId;
    if (id === undefined) return this.#framework;
    const framework = clone(FrameworkInfoSchema, this.#framework);
    framework.id = id;
    return framework;
  }

  async #take(stream: EventStream<typeof scheduler.EventSchema>): Promise<void> {
    const subscription = ++this.#subscriptions;
    if (this.#launched) {
      this.#unheard = true;
      this.#reconcile(subscription).catch(() => {
        // The connection broke again: the stream tells it too, and the next one asks anew.
      });
    }
    for await (const event of stream) {
      if (event.type === scheduler.Event_Type.OFFERS) await this.#takeOffers(event.offers?.offers ?? []);
      if (event.type === scheduler.Event_Type.UPDATE && event.update?.status)
        await this.#takeUpdate(event.update.status);
      if (event.type === scheduler.Event_Type.ERROR) {
        // The stream ends after it; a framework that was removed does not come back.
        throw new Error(`the master refuses the framework: ${event.error?.message ?? "no reason given"}`);
      }
    }
  }

  /**
   * Asks what became of the task while nobody listened. A master that has just started gives no answer until the task's agent is back, or until it
   * gives that agent up: that is when this ends at the latest.
   */
  async #reconcile(subscription: number): Promise<void> {
    const tasks = [{ taskId: this.#task.taskId! }];
    for (let pauseMs = RECONCILE_INTERVAL_MS; this.#unheard && subscription === this.#subscriptions && !this.#ended; ) {
      await this.#client.call({ type: scheduler.Call_Type.RECONCILE, reconcile: { tasks } });
      await sleep(this.#clock, pauseMs);
      pauseMs = Math.min(pauseMs * 2, MAX_RECONCILE_INTERVAL_MS);
    }
  }

  async #takeOffers(offers: readonly Offer[]): Promise<void> {
    const { taken, declined } = chooseOffer(offers, this.#launched ? undefined : this.#task);
    if (taken !== undefined) {
      this.#launched = true;
      this.#events.onLaunched(taken.offer);
      await this.#client.call({
        type: scheduler.Call_Type.ACCEPT,
        accept: {
          offerIds: [taken.offer.id!],
          operations: [{ type: Offer_Operation_Type.LAUNCH, launch: { taskInfos: [taken.task] } }],
        },
      });
      await this.#client.call({ type: scheduler.Call_Type.SUPPRESS, suppress: {} });
    } else if (!this.#launched && !this.#waiting) {
      this.#waiting = true;
      this.#events.onWaiting();
    }
    if (declined.length > 0) {
      await this.#client.call({
        type: scheduler.Call_Type.DECLINE,
        decline: { offerIds: declined.map((offer) => offer.id!), filters: { refuseSeconds: REFUSE_SECONDS } },
      });
    }
  }

  async #takeUpdate(status: TaskStatus): Promise<void> {
    this.#unheard = false;
    this.#events.onUpdate(status);
    // Only what carries a uuid waits for an acknowledgement.
    if (status.uuid !== undefined && status.uuid.length > 0) {
      await this.#client.call({
        type: scheduler.Call_Type.ACKNOWLEDGE,
        acknowledge: { agentId: status.agentId!, taskId: status.taskId!, uuid: status.uuid },
      });
    }
    if (isTerminal(status.state)) this.#end.resolve(status);
  }
}
