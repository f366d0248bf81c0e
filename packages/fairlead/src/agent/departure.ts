import { create, internal } from "@fairlead/mesos-api";
import { errorText, type FairleadError } from "../base/errors.ts";
import { removeLatestAgent } from "./checkpoint/latest-link.ts";
import type { AgentContext } from "./context.ts";
import { STOP_ACKNOWLEDGE_MS, STOP_GRACE_MS, STOP_TASKS_MS } from "./limits.ts";
import type { Registration } from "./session/registration.ts";
import { shutdownFramework } from "./tasks/end-tasks.ts";
import { acknowledgedWithin, allEnded, stopTasks, within } from "./tasks/stop-tasks.ts";

/** Why an agent has ended by itself. */
export interface AgentEnd {
  /** `shutdown`: the master told it to; `cleanup`: --recover=cleanup is done; `refused`: the master does not take it. */
  readonly why: "shutdown" | "cleanup" | "refused";
  readonly message: string;
}

/** How an agent comes to its end: by its master, by its flags, or because its process is told to stop. */
export class Departure {
  readonly #context: AgentContext;
  readonly #registration: Registration;
  readonly #end = Promise.withResolvers<AgentEnd>();
  #begun = false;
  #closed = false;
  #stopped: Promise<void> | undefined;

  constructor(context: AgentContext, registration: Registration) {
    this.#context = context;
    this.#registration = registration;
  }

  /** Resolves when the agent has ended by itself. */
  get end(): Promise<AgentEnd> {
    return this.#end.promise;
  }

  /** From now on no new tasks are taken. */
  get begun(): boolean {
    return this.#begun;
  }

  /** From now on nothing is done any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The master does not take the agent; its tasks go on. */
  refused(error: FairleadError): void {
    this.#end.resolve({ why: "refused", message: error.message });
  }

  /** The master has marked the agent as gone: its tasks end, and nobody wants to hear how. */
  async shutDown(message: string): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    this.#registration.cease();
    this.#context.log.warn({ message }, "the master shuts this agent down; its tasks are ended");
    for (const frameworkId of [...this.#context.frameworks.active.keys()]) {
      shutdownFramework(this.#context, frameworkId);
    }
    await allEnded(this.#context);
    this.#unregister();
    this.#end.resolve({ why: "shutdown", message });
  }

  /** --recover=cleanup: what ended is stored, and reported by the next agent that registers. */
  async cleanUp(): Promise<void> {
    this.#begun = true;
    stopTasks(this.#context, this.#context.config.executorShutdownGracePeriodMs);
    await allEnded(this.#context);
    this.#end.resolve({ why: "cleanup", message: "all tasks of the run before have ended" });
  }

  /** See `Agent.stop`. */
  stop(endTasks: boolean): Promise<void> {
    this.#stopped ??= this.#stop(endTasks);
    return this.#stopped;
  }

  async #stop(endTasks: boolean): Promise<void> {
    this.#begun = true;
    if (endTasks) stopTasks(this.#context, STOP_GRACE_MS);
    else this.#endVolatileTasks();
    const ending = endTasks ? allEnded(this.#context) : this.#volatileEnded();
    if (!(await within(this.#context.clock, STOP_TASKS_MS, ending))) {
      this.#context.log.warn({}, "the agent ends before its tasks have; the next one takes them down");
    }
    const told = endTasks && this.#registration.registered;
    if (told) {
      await acknowledgedWithin(this.#context, STOP_ACKNOWLEDGE_MS);
      this.#unregister();
    }
    await this.#registration.stop();
    this.#close();
    await this.#context.gc.stop();
    if (told) await this.#forget();
  }

  /** As in Mesos nobody is told: their framework wants no agent's restart to be survived, and the master reports them when the agent is gone. */
  #endVolatileTasks(): void {
    for (const framework of [...this.#context.frameworks.active.values()]) {
      if (!framework.info.checkpoint) shutdownFramework(this.#context, framework.id);
    }
  }

  async #volatileEnded(): Promise<void> {
    const ending = [...this.#context.running].filter(([executor]) => !executor.checkpointed);
    await Promise.all(ending.map(([, { done }]) => done));
  }

  #close(): void {
    this.#closed = true;
    this.#context.streams.close();
    for (const { leader } of this.#context.running.values()) leader.freeze();
  }

  /** The master has removed this agent: an id that comes back would be refused. */
  async #forget(): Promise<void> {
    try {
      await removeLatestAgent(this.#context.config.workDir);
      await this.#context.checkpoint.clear();
    } catch (error) {
      this.#context.log.warn({ err: errorText(error) }, "the agent's old id stays in its checkpoint");
    }
  }

  #unregister(): void {
    this.#registration.send(create(internal.AgentCallSchema, { type: internal.AgentCall_Type.UNREGISTER }));
  }
}
