import {
  AgentIDSchema,
  type AgentId,
  type AgentInfo,
  type ContainerId,
  type ContainerStatus,
  create,
  type FrameworkId,
  internal,
  parseAgentId,
  type ResourceStatistics,
  type Resources,
  type TaskId,
  type TaskStatus,
} from "@fairlead/mesos-api";
import type { Clock } from "../base/clock.ts";
import { errorText, FairleadError } from "../base/errors.ts";
import { removeTree } from "../base/files/remove-tree.ts";
import type { Logger } from "../base/log.ts";
import type { Store } from "../base/store/store.ts";
import { createUserLookup } from "../base/users.ts";
import type { Containerizer } from "../containerizer/containerizer.ts";
import { AGENT_CAPABILITIES, type AgentAddress, advertised, agentPid, toAgentInfo } from "./agent-info.ts";
import { readBootId } from "./boot-id.ts";
import { Checkpoint } from "./checkpoint/checkpoint.ts";
import { ensureAgentDirs, removeLatestAgent } from "./checkpoint/latest-link.ts";
import type { AgentConfig } from "./config.ts";
import type { AgentContext } from "./context.ts";
import type { AgentFrameworkView, AgentView } from "./entities.ts";
import { GarbageCollection } from "./garbage-collection.ts";
import { STOP_ACKNOWLEDGE_MS, STOP_GRACE_MS, STOP_TASKS_MS } from "./limits.ts";
import type { MasterLink } from "./master-link.ts";
import { agentMetrics, newCounters } from "./metrics.ts";
import { identify, recoverTasks } from "./recovery/recovery.ts";
import type { LookupUser } from "./sandbox.ts";
import { handleEvent } from "./session/events.ts";
import { toRegister } from "./session/register-call.ts";
import { Registration } from "./session/registration.ts";
import { Frameworks } from "./state/frameworks.ts";
import { replaceFields } from "./state/replace.ts";
import { shutdownFramework } from "./tasks/end-tasks.ts";
import { acknowledgedWithin, allEnded, stopTasks, within } from "./tasks/stop-tasks.ts";
import { UpdateStreams } from "./updates/update-streams.ts";

/** Why an agent has ended by itself. */
export interface AgentEnd {
  /** `shutdown`: the master told it to; `cleanup`: --recover=cleanup is done; `refused`: the master does not take it. */
  readonly why: "shutdown" | "cleanup" | "refused";
  readonly message: string;
}

/** A running agent. */
export interface Agent extends AgentView {
  /** Resolves when the agent has ended by itself: the process should call `stop` and exit. Never rejects. */
  readonly end: Promise<AgentEnd>;

  /**
   * Finds again what the run before left, then registers with the master. Resolves when the recovery is done, registered or not.
   *
   * Errors: STORE_FAILED, AGENT_INCOMPATIBLE, those of the containerizer's recovery. No container was ended then that runs rightly.
   */
  start(): Promise<void>;

  /**
   * Ends the agent; what it was given (store, containerizer) stays open. Idempotent, takes some seconds at most, never rejects.
   *
   * `endTasks`: all tasks are ended and reported, the agent unregisters and forgets its id. Otherwise tasks of checkpointing frameworks run
   * on, those of others are ended without a report, as in Mesos.
   */
  stop(options: { endTasks: boolean }): Promise<void>;

  /** The metrics that cannot be read from the entities, by Mesos's names. */
  metrics(): ReadonlyMap<string, number>;
}

export interface AgentDeps {
  readonly store: Store;
  readonly containerizers: Containerizer;
  readonly link: MasterLink;
  readonly clock: Clock;
  readonly ids: { uuid(): string };
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
  /** Where the agent's server listens. */
  readonly address: AgentAddress;
  /** This machine, where nothing else is given. */
  readonly machine?: AgentMachine;
}

/** What an agent reads of its machine, and does to its files. */
export interface AgentMachine {
  readonly bootId: () => Promise<string>;
  readonly lookupUser: LookupUser;
  readonly removeTree: (path: string) => Promise<void>;
}

function thisMachine(clock: Clock): AgentMachine {
  return { bootId: readBootId, lookupUser: createUserLookup(clock), removeTree };
}

/** Makes an agent; nothing happens before `start`. */
export async function createAgent(config: AgentConfig, deps: AgentDeps): Promise<Agent> {
  return new AgentCore(config, deps);
}

class AgentCore implements Agent {
  readonly #config: AgentConfig;
  readonly #deps: AgentDeps;
  readonly #machine: AgentMachine;
  readonly #context: AgentContext;
  readonly #registration: Registration;
  readonly #end = Promise.withResolvers<AgentEnd>();
  readonly capabilities = AGENT_CAPABILITIES;
  readonly pid: string;
  readonly startedMs: number;
  #info: AgentInfo;
  #id: AgentId | undefined;
  #recoverySeconds: number | undefined;
  #bootId = "";
  /** Takes no new tasks any more. */
  #leaving = false;
  #closed = false;
  #stopped: Promise<void> | undefined;

  constructor(config: AgentConfig, deps: AgentDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#machine = deps.machine ?? thisMachine(deps.clock);
    this.#info = toAgentInfo(config, deps.address);
    this.pid = agentPid(advertised(config, deps.address));
    this.startedMs = deps.clock.now();
    this.#context = this.#createContext();
    this.#registration = new Registration({
      link: deps.link,
      clock: deps.clock,
      random: deps.random,
      backoffFactorMs: config.registrationBackoffFactorMs,
      log: deps.log,
      register: () => toRegister(this.#info, this.pid, this.#context.frameworks, this.#context.streams),
      onRegistered: (registered) => this.#takeId(registered),
      onReady: () => this.#context.streams.resume(),
      onEvent: (event) => this.#take(event),
      onDisconnected: () => this.#context.streams.pause(),
      onRefused: (error) => this.#end.resolve({ why: "refused", message: error.message }),
    });
  }

  get id(): AgentId | undefined {
    return this.#id;
  }

  get info(): AgentInfo {
    return this.#info;
  }

  get masterHostname(): string | undefined {
    const info = this.#registration.masterInfo;
    return info === undefined || !Object.hasOwn(info, "hostname") ? undefined : info.hostname;
  }

  get registered(): boolean {
    return this.#registration.registered;
  }

  get recovered(): boolean {
    return this.#recoverySeconds !== undefined;
  }

  get frameworks(): ReadonlyMap<FrameworkId, AgentFrameworkView> {
    return this.#context.frameworks.active;
  }

  get completedFrameworks(): readonly AgentFrameworkView[] {
    return this.#context.frameworks.completed;
  }

  get allocated(): Resources {
    return this.#context.frameworks.allocated;
  }

  get end(): Promise<AgentEnd> {
    return this.#end.promise;
  }

  containerStatus(containerId: ContainerId): Promise<ContainerStatus> {
    return this.#deps.containerizers.status(containerId);
  }

  usage(containerId: ContainerId): Promise<ResourceStatistics> {
    return this.#deps.containerizers.usage(containerId);
  }

  metrics(): ReadonlyMap<string, number> {
    const { counters, frameworks, gc } = this.#context;
    const sandboxAgeSeconds = this.#config.gcDelayMs / 1000;
    const own = agentMetrics({ counters, frameworks, recoverySeconds: this.#recoverySeconds, sandboxAgeSeconds });
    return new Map([...own, ...gc.metrics]);
  }

  async start(): Promise<void> {
    const { clock, log } = this.#deps;
    this.#bootId = await this.#machine.bootId();
    const identity = await identify(this.#context, this.#deps.store, this.#info, this.#bootId);
    if (identity.agentId !== undefined) await this.#assume(identity.agentId);
    await recoverTasks(this.#context, identity);
    this.#recoverySeconds = (clock.now() - this.startedMs) / 1000;
    log.info(
      { agentId: this.#id, tasks: this.#context.running.size },
      "the agent has found again what the run before left",
    );
    if (this.#closed) return;
    if (this.#config.recover === "cleanup") {
      void this.#cleanUp();
    } else {
      this.#context.gc.start();
      this.#registration.start();
    }
  }

  stop(options: { endTasks: boolean }): Promise<void> {
    this.#stopped ??= this.#stop(options.endTasks);
    return this.#stopped;
  }

  #createContext(): AgentContext {
    const { clock, containerizers, ids, log, store } = this.#deps;
    const config = this.#config;
    const address = advertised(config, this.#deps.address);
    const frameworks = new Frameworks(config.maxCompletedExecutorsPerFramework);
    return {
      config,
      clock,
      log,
      newUuid: () => ids.uuid(),
      containerizer: containerizers,
      checkpoint: new Checkpoint(store),
      streams: new UpdateStreams(clock, (frameworkId, taskId, status) => this.#forward(frameworkId, taskId, status)),
      counters: newCounters(),
      host: { ip: address.ip, ...(config.ip6 === undefined ? {} : { ip6: config.ip6 }) },
      agentId: () => this.#id,
      closed: () => this.#closed,
      pid: this.pid,
      endpoint: `${address.ip}:${address.port}`,
      frameworks,
      running: new Map(),
      gc: new GarbageCollection({
        workDir: config.workDir,
        delayMs: config.gcDelayMs,
        clock,
        log,
        removeTree: this.#machine.removeTree,
        inUse: (path) => frameworks.holdsSandboxIn(path),
      }),
      lookupUser: this.#machine.lookupUser,
    };
  }

  /** The id is on disk, and the directories are there, before the agent acts under it. */
  async #assume(agentId: AgentId): Promise<void> {
    const info = replaceFields(this.#info, { id: create(AgentIDSchema, { value: agentId }) });
    await ensureAgentDirs(this.#config.workDir, agentId);
    await this.#context.checkpoint.putAgent(info, this.#bootId);
    this.#info = info;
    this.#id = agentId;
  }

  async #takeId(registered: internal.AgentEvent_Registered): Promise<void> {
    const agentId = parseAgentId(registered.agentId?.value ?? "");
    if (this.#id === undefined) await this.#assume(agentId);
    if (this.#id !== agentId) {
      throw new FairleadError("AGENT_REFUSED", `the master registered this agent as ${agentId}, but it is ${this.#id}`);
    }
    this.#deps.log.info({ agentId }, "the agent is registered");
  }

  #take(event: internal.AgentEvent): void {
    if (event.type === internal.AgentEvent_Type.SHUTDOWN) {
      void this.#shutDown(event.shutdown?.message ?? "");
    } else if (this.#leaving && (event.runTask !== undefined || event.runTaskGroup !== undefined)) {
      this.#deps.log.warn({}, "a task is not taken: the agent is about to end");
    } else {
      handleEvent(this.#context, event);
    }
  }

  #forward(frameworkId: FrameworkId, taskId: TaskId, status: TaskStatus): void {
    const executor = this.#context.frameworks.ofTask(frameworkId, taskId);
    executor?.forwarded(taskId, status);
    this.#registration.send(
      create(internal.AgentCallSchema, {
        type: internal.AgentCall_Type.UPDATE,
        update: {
          frameworkId: { value: frameworkId },
          status,
          latestState: executor?.task(taskId)?.state ?? status.state,
        },
      }),
    );
  }

  /** The master has marked the agent as gone: its tasks end, and nobody wants to hear how. */
  async #shutDown(message: string): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#registration.cease();
    this.#deps.log.warn({ message }, "the master shuts this agent down; its tasks are ended");
    for (const frameworkId of [...this.#context.frameworks.active.keys()])
      shutdownFramework(this.#context, frameworkId);
    await allEnded(this.#context);
    this.#unregister();
    this.#end.resolve({ why: "shutdown", message });
  }

  /** --recover=cleanup: what ended is stored, and reported by the next agent that registers. */
  async #cleanUp(): Promise<void> {
    this.#leaving = true;
    stopTasks(this.#context, this.#config.executorShutdownGracePeriodMs);
    await allEnded(this.#context);
    this.#end.resolve({ why: "cleanup", message: "all tasks of the run before have ended" });
  }

  async #stop(endTasks: boolean): Promise<void> {
    this.#leaving = true;
    if (endTasks) stopTasks(this.#context, STOP_GRACE_MS);
    else this.#endVolatileTasks();
    const ending = endTasks ? allEnded(this.#context) : this.#volatileEnded();
    if (!(await within(this.#deps.clock, STOP_TASKS_MS, ending))) {
      this.#deps.log.warn({}, "the agent ends before its tasks have; the next one takes them down");
    }
    const told = endTasks && this.registered;
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
    for (const framework of this.#volatileFrameworks()) shutdownFramework(this.#context, framework.id);
  }

  async #volatileEnded(): Promise<void> {
    const ending = [...this.#context.running].filter(([executor]) => !executor.checkpointed);
    await Promise.all(ending.map(([, { done }]) => done));
  }

  #volatileFrameworks() {
    return [...this.#context.frameworks.active.values()].filter((framework) => !framework.info.checkpoint);
  }

  #close(): void {
    this.#closed = true;
    this.#context.streams.close();
    for (const { leader } of this.#context.running.values()) leader.freeze();
  }

  /** The master has removed this agent: an id that comes back would be refused. */
  async #forget(): Promise<void> {
    try {
      await removeLatestAgent(this.#config.workDir);
      await this.#context.checkpoint.clear();
    } catch (error) {
      this.#deps.log.warn({ err: errorText(error) }, "the agent's old id stays in its checkpoint");
    }
  }

  #unregister(): void {
    this.#registration.send(create(internal.AgentCallSchema, { type: internal.AgentCall_Type.UNREGISTER }));
  }
}
