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
import { FairleadError } from "../base/errors.ts";
import { removeTree } from "../base/files/remove-tree.ts";
import type { Logger } from "../base/log.ts";
import { replaceFields } from "../base/replace-fields.ts";
import type { Store } from "../base/store/store.ts";
import { createUserLookup } from "../base/users.ts";
import type { Containerizer } from "../containerizer/containerizer.ts";
import { AGENT_CAPABILITIES, type AgentAddress, advertised, agentPid, toAgentInfo } from "./agent-info.ts";
import { readBootId } from "./boot-id.ts";
import { Checkpoint } from "./checkpoint/checkpoint.ts";
import { ensureAgentDirs } from "./checkpoint/latest-link.ts";
import type { AgentConfig } from "./config.ts";
import type { AgentContext } from "./context.ts";
import { type AgentEnd, Departure } from "./departure.ts";
import type { AgentFrameworkView, AgentView } from "./entities.ts";
import { GarbageCollection } from "./garbage-collection.ts";
import type { MasterLink } from "./master-link.ts";
import { agentMetrics, newCounters } from "./metrics.ts";
import { identify, recoverTasks } from "./recovery/recovery.ts";
import type { LookupUser } from "./sandbox.ts";
import { handleEvent } from "./session/events.ts";
import { toRegister } from "./session/register-call.ts";
import { Registration } from "./session/registration.ts";
import { Frameworks } from "./state/frameworks.ts";
import { predecessorOf } from "./tasks/acknowledge.ts";
import { UpdateStreams } from "./updates/update-streams.ts";

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

/** Puts the parts of an agent together, and shows them as one. */
export class AgentCore implements AgentView {
  readonly #config: AgentConfig;
  readonly #deps: AgentDeps;
  readonly #machine: AgentMachine;
  readonly #context: AgentContext;
  readonly #registration: Registration;
  readonly #departure: Departure;
  readonly capabilities = AGENT_CAPABILITIES;
  readonly pid: string;
  readonly startedMs: number;
  #info: AgentInfo;
  #id: AgentId | undefined;
  #recoverySeconds: number | undefined;
  #bootId = "";

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
      waitFor: (event) => predecessorOf(this.#context, event),
      onEvent: (event) => this.#take(event),
      onDisconnected: () => this.#context.streams.pause(),
      onRefused: (error) => this.#departure.refused(error),
    });
    this.#departure = new Departure(this.#context, this.#registration);
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
    return this.#departure.end;
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
    if (this.#departure.closed) return;
    if (this.#config.recover === "cleanup") {
      void this.#departure.cleanUp();
    } else {
      this.#context.gc.start();
      this.#registration.start();
    }
  }

  stop(options: { endTasks: boolean }): Promise<void> {
    return this.#departure.stop(options.endTasks);
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
      closed: () => this.#departure.closed,
      pid: this.pid,
      endpoint: `${address.ip}:${address.port}`,
      frameworks,
      running: new Map(),
      completing: new Map(),
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
      void this.#departure.shutDown(event.shutdown?.message ?? "");
    } else if (this.#departure.begun && (event.runTask !== undefined || event.runTaskGroup !== undefined)) {
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
}
