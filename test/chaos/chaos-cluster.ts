import assert from "node:assert/strict";
import { chmodSync, globSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ContainerInfo_Type, scheduler } from "@fairlead/mesos-api";
import { CRASH_POINTS, type CrashPoint } from "fairlead/base/crash-points.ts";
import { lookupUser } from "fairlead/base/users.ts";
import type { FairleadProcess } from "../support/fairlead-process.ts";
import { shellTask, TestFramework } from "../support/framework.ts";
import { INSPECTED } from "../support/inspector.ts";
import { agentState, masterState, type StateTask } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";
import { assertLegalStory } from "./story.ts";
import { containersInRules, lookForTraces, type Traces } from "./traces.ts";
import { within } from "./within.ts";

export const NETWORKS = ["chain", "plain"] as const;
export const TASK_USER = "nobody";
const LIVING: ReadonlySet<string> = new Set(["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"]);

/** How often the traces are looked for while the kernel, or a conmon, is still at work on the end of a container. */
const LOOKS = 200;
const LOOK_PAUSE_MS = 25;

/** A master, agents that come and go in the same directories, and two networks, of which one is a chain with portmap and firewall. */
export class ChaosCluster {
  readonly workspace: Workspace;
  readonly #frameworks: TestFramework[] = [];
  #agent: FairleadProcess | undefined;

  private constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** A master and the networks; agents come later. */
  static async start(t: TestContext): Promise<ChaosCluster> {
    const cluster = ChaosCluster.prepare(t);
    await cluster.workspace.startMaster();
    return cluster;
  }

  /** The networks alone. */
  static prepare(t: TestContext): ChaosCluster {
    const workspace = new Workspace(t);
    // tasks of another user look for their files here
    chmodSync(workspace.directory, 0o755);
    const bridge = (number: number) => ({
      type: "bridge",
      bridge: `br-${number}`,
      isGateway: true,
      ipMasq: true,
      ipam: workspace.hostLocal(`10.${number}.0.0/24`),
    });
    const portmap = { type: "portmap", capabilities: { portMappings: true } };
    const plugins = [bridge(71), { type: "firewall" }, portmap];
    workspace.network({ cniVersion: "1.0.0", name: "chain", plugins });
    workspace.network({ cniVersion: "0.4.0", name: "plain", ...bridge(72) }, "plain.conf");
    return new ChaosCluster(workspace);
  }

  /** An agent without crash points, registered. */
  async startAgent(...flags: string[]): Promise<FairleadProcess> {
    return await registered(this.startAnyAgent(...flags));
  }

  /** The same, for an {@link Inspector}. */
  async startInspectedAgent(...flags: string[]): Promise<FairleadProcess> {
    this.#agent = this.workspace.startAgentWith(INSPECTED, ...FAST, ...flags);
    return await registered(this.#agent);
  }

  /** An agent without crash points, of which nothing is awaited. */
  startAnyAgent(...flags: string[]): FairleadProcess {
    this.#agent = this.workspace.startAgentWith({}, ...FAST, ...flags);
    return this.#agent;
  }

  /** An agent that kills itself at a crash point. It may come there before it registers. */
  startFatalAgent(point: CrashPoint, ...flags: string[]): FairleadProcess {
    const env = { FAIRLEAD_CRASH_AT: String(CRASH_POINTS.indexOf(point) + 1) };
    this.#agent = this.workspace.startAgentWith(env, ...FAST, ...flags);
    return this.#agent;
  }

  /** Waits until the agent has killed itself at `point`, where it must come. */
  async crashedAt(agent: FairleadProcess, point: CrashPoint): Promise<void> {
    const { signal } = await within(`crash point ${point}`, agent.exited);
    assert.equal(signal, "SIGKILL", agent.log.join("\n"));
    assert.match(agent.log.join("\n"), new RegExp(`crash point \\d+ \\(${point}\\) reached`));
  }

  /** Ends the agent that runs, if one does. */
  async endAgent(signal: NodeJS.Signals): Promise<void> {
    await this.#agent?.end(signal);
  }

  async framework(checkpoint: boolean, acknowledge = true): Promise<TestFramework> {
    for (const other of this.#frameworks) await rest(other);
    const framework = new TestFramework("127.0.0.1:5050", { info: { checkpoint }, acknowledge });
    await framework.subscribe();
    this.#frameworks.push(framework);
    return framework;
  }

  /** Launches tasks of one framework, while no other one holds an offer. */
  async launch(framework: TestFramework, ...tasks: ReturnType<typeof shellTask>[]): Promise<void> {
    for (const other of this.#frameworks) if (other !== framework) await rest(other);
    await framework.call({ type: scheduler.Call_Type.REVIVE });
    await within(`the launch of ${tasks.map(({ name }) => name).join(", ")}`, framework.launch(...tasks));
  }

  /** A framework of which no task lives leaves; what it heard must have made sense. */
  async dismiss(framework: TestFramework): Promise<void> {
    for (const taskId of new Set(framework.updates.map((status) => status.taskId!.value))) {
      assertLegalStory(framework.updates.filter((status) => status.taskId!.value === taskId));
    }
    this.#frameworks.splice(this.#frameworks.indexOf(framework), 1);
    await framework.teardown();
  }

  /** A task on both networks that runs until it is killed or {@link letEnd} is called; then it exits with 7. */
  task(id: string, port?: number) {
    const ending = this.workspace.path(`end-${id}`);
    return networkedTask(id, `until [ -e ${ending} ]; do sleep 0.05; done; exit 7`, port);
  }

  letEnd(taskId: string): void {
    writeFileSync(this.workspace.path(`end-${taskId}`), "");
  }

  /** The sandboxes that are there, by container id. */
  sandboxes(): string[] {
    // a listing that tolerates what is removed meanwhile; `latest` leads to the same ones
    const paths = globSync("slaves/*/frameworks/*/executors/*/runs/*", { cwd: this.workspace.path("agent") });
    const names = paths.map((path) => basename(path)).filter((name) => name !== "latest");
    return [...new Set(names)].toSorted();
  }

  traces(): Traces {
    return lookForTraces(this.workspace);
  }

  /** Checks that the traces become `expected`: the kernel frees namespaces a little later. */
  async assertTraces(expected: Traces, when: string): Promise<void> {
    await assertBecomes(() => this.traces(), expected, when);
  }

  /**
   * Checks that exactly the containers of the tasks that the master believes alive exist, each with all that belongs to it: in the kernel, in the
   * files, in the agent's memory.
   */
  async assertOnlyLivingExist(when: string): Promise<void> {
    const tasks = (await masterState()).frameworks.flatMap((framework) => framework.tasks);
    const living = tasks.filter(({ state }) => LIVING.has(state));
    assert.deepEqual(living.map(({ id }) => id).toSorted(), await this.#tasksOfAgent(), when);
    const ids = living.map(containerIdOf).toSorted();
    const hierarchies = new Set(this.traces().cgroups.map((path) => path.slice(0, path.lastIndexOf("/") + 1)));
    const expected = {
      records: ids,
      attachments: ids,
      mounts: ids.map((id) => this.workspace.cniPath(id, "ns")).toSorted(),
      links: ids.length * NETWORKS.length,
      addresses: ids.flatMap((id) => NETWORKS.map((network) => `${network} ${id}`)).toSorted(),
      rules: ids,
      processes: ids.flatMap((id) => [`conmon ${id}`, `task ${id}`]).toSorted(),
      cgroups: [...hierarchies].flatMap((hierarchy) => ids.map((id) => `${hierarchy}${id}`)).toSorted(),
      checkpointed: ids,
    };
    const found = () => {
      const traces = this.traces();
      const addresses = traces.addresses.map((line) => line.replace(/\/\S+/, "")).toSorted();
      return { ...traces, addresses, rules: containersInRules(traces) };
    };
    await assertBecomes(found, expected, when);
    for (const task of living) await this.#assertSandbox(task);
  }

  async #tasksOfAgent(): Promise<string[]> {
    const executors = (await agentState()).frameworks.flatMap((framework) => framework.executors);
    return executors.flatMap(({ tasks }) => tasks.map(({ id }) => id)).toSorted();
  }

  async #assertSandbox(task: StateTask): Promise<void> {
    const executors = (await agentState()).frameworks.flatMap((framework) => framework.executors);
    const { directory } = executors.find(({ container }) => container === containerIdOf(task))!;
    const owner = await lookupUser(TASK_USER);
    for (const [path, mode] of [
      [directory, 0o40750],
      [join(directory, "stdout"), 0o100644],
      [join(directory, "stderr"), 0o100644],
    ] as const) {
      const found = statSync(path);
      assert.deepEqual([found.uid, found.gid, found.mode], [owner.uid, owner.gid, mode], path);
    }
  }
}

/** A new agent registers at once. */
const FAST = ["--registration_backoff_factor=10ms"];

/** What vanishes while it is looked at counts as not yet settled. */
async function assertBecomes<T>(look: () => T, expected: T, when: string): Promise<void> {
  for (let count = 0; count < LOOKS; count++) {
    try {
      if (isDeepStrictEqual(look(), expected)) return;
    } catch {
      // the last look is not caught
    }
    await delay(LOOK_PAUSE_MS);
  }
  assert.deepEqual(look(), expected, when);
}

async function registered(agent: FairleadProcess): Promise<FairleadProcess> {
  await within("the registration of the agent", agent.line(/"the agent is registered"/));
  return agent;
}

/** A task of {@link TASK_USER} on both networks, with a port of the host where one is given. */
export function networkedTask(id: string, command: string, port?: number) {
  const portMappings = port === undefined ? [] : [{ hostPort: port, containerPort: 80 }];
  return shellTask(id, "", {
    command: { value: command, user: TASK_USER },
    container: {
      type: ContainerInfo_Type.MESOS,
      networkInfos: NETWORKS.map((name) => ({ name, portMappings: name === "chain" ? portMappings : [] })),
    },
  });
}

/** A framework that wants nothing now, and lets go of what it was offered meanwhile. */
async function rest(framework: TestFramework): Promise<void> {
  await framework.call({ type: scheduler.Call_Type.SUPPRESS });
  const offerIds = [...framework.offers.values()].map(({ id }) => id!);
  framework.offers.clear();
  if (offerIds.length === 0) return;
  await framework.call({ type: scheduler.Call_Type.DECLINE, decline: { offerIds, filters: { refuseSeconds: 0 } } });
}

function containerIdOf(task: StateTask): string {
  const id = task.statuses.findLast(({ container_status }) => container_status?.container_id !== undefined);
  return id?.container_status?.container_id?.value ?? `none of task ${task.id} in ${task.state}`;
}
