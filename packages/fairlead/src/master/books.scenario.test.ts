import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FrameworkId,
  internal,
  isTerminal,
  type OfferId,
  parseResources,
  Resources,
  type TaskId,
  TaskState,
} from "@fairlead/mesos-api";
import fc from "fast-check";
import type { Master } from "./master.ts";
import type { TestAgent } from "./testing/test-agent.ts";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN, type TestScheduler } from "./testing/test-scheduler.ts";

const { Feature } = internal;

const STEPS = [
  "launch",
  "launchTooMuch",
  "launchExecutor",
  "executorEnds",
  "decline",
  "running",
  "finished",
  "finishedEarly",
  "acknowledge",
  "kill",
  "agentBreaks",
  "agentReturns",
  "agentLosesTask",
  "agentDies",
  "agentUnregisters",
  "schedulerBreaks",
  "schedulerReturns",
  "schedulerTakesOver",
  "teardown",
  "suppress",
  "revive",
  "masterRestarts",
  "second",
  "minute",
] as const;

const ENDS = [TaskState.TASK_FINISHED, TaskState.TASK_FAILED, TaskState.TASK_KILLED];

/** A cluster to which anything may happen. */
class Scene {
  readonly cluster: TestCluster;
  readonly agents: TestAgent[] = [];
  readonly frameworks: TestScheduler[] = [];
  #tasks = 0;

  constructor(cluster: TestCluster) {
    this.cluster = cluster;
  }

  static async start(): Promise<Scene> {
    const scene = new Scene(await TestCluster.start({ offerTimeoutMs: 20_000 }));
    const capabilities = [MODERN.capabilities!, MODERN.capabilities!.slice(0, 2)];
    for (let i = 0; i < 3; i++) {
      scene.frameworks.push(
        scene.cluster.scheduler({
          ...MODERN,
          roles: i === 2 ? ["a", "b/c"] : ["a"],
          checkpoint: i !== 1,
          failoverTimeout: i === 0 ? 0 : 40,
          capabilities: capabilities[i % 2]!,
        }),
      );
      scene.agents.push(
        await scene.cluster.agent({
          resources: "cpus:2;mem:512;cpus(a):1;ports:[1-9]",
          features: [Feature.COMMAND_TASKS, Feature.CUSTOM_EXECUTORS],
        }),
      );
    }
    return scene;
  }

  async step(kind: (typeof STEPS)[number], pick: number): Promise<void> {
    const framework = this.frameworks[pick % this.frameworks.length]!;
    const agent = this.agents[pick % this.agents.length]!;
    const view = this.cluster.master.frameworks.get(framework.frameworkId as FrameworkId);
    const valid = framework.offers.filter(({ id }) => view?.offers.has(id!.value as OfferId));
    // Mostly one that is valid, sometimes several, or an old one.
    const offers = pick % 10 === 0 ? framework.offers.slice(-2) : valid.slice(-1);
    const taskId = [...agent.tasks.keys()][pick % Math.max(1, agent.tasks.size)];
    switch (kind) {
      case "launch":
      case "launchTooMuch": {
        const [offer] = offers;
        if (offer === undefined) break;
        const size = kind === "launch" ? `cpus:0.${1 + (pick % 9)};mem:32` : "cpus:50";
        framework.launch([offer], commandTask(`t${this.#tasks++}`, offer, size));
        break;
      }
      case "launchExecutor": {
        const [offer] = offers;
        if (offer === undefined) break;
        const executor = {
          executorId: { value: `e${pick % 2}` },
          command: { value: "run" },
          resources: parseResources("cpus:0.1;mem:32"),
        };
        const task = commandTask(`t${this.#tasks++}`, offer, "cpus:0.1;ports:[2-3]");
        framework.launch([offer], { ...task, command: undefined, executor } as typeof task);
        break;
      }
      case "executorEnds":
        agent.endExecutor([...agent.executors.keys()][pick % Math.max(1, agent.executors.size)] ?? "");
        break;
      case "decline":
        framework.decline(offers, pick % 4);
        break;
      case "running":
        if (taskId !== undefined && !isTerminal(agent.tasks.get(taskId)!.state)) {
          agent.update(taskId, TaskState.TASK_RUNNING);
        }
        break;
      case "finished":
        if (taskId !== undefined) agent.update(taskId, ENDS[pick % 3]!);
        break;
      case "finishedEarly":
        if (taskId !== undefined) {
          agent.update(taskId, TaskState.TASK_RUNNING, { latestState: TaskState.TASK_FINISHED });
        }
        break;
      case "acknowledge": {
        const status = framework.statuses.filter(({ uuid }) => uuid.length > 0).at(-1 - (pick % 2));
        if (status === undefined) break;
        framework.acknowledge(status);
        if (isTerminal(status.state)) for (const one of this.agents) one.tasks.delete(status.taskId!.value);
        break;
      }
      case "kill":
        framework.kill(taskId ?? "none");
        break;
      case "agentBreaks":
        agent.disconnect();
        break;
      case "agentReturns":
        agent.register();
        break;
      case "agentLosesTask":
        if (taskId !== undefined) agent.tasks.delete(taskId);
        agent.register();
        break;
      case "agentDies":
        agent.answersPings = false;
        await this.cluster.clock.advance(95_000);
        agent.answersPings = true;
        break;
      case "agentUnregisters":
        agent.call({ type: 6 });
        break;
      case "schedulerBreaks":
        framework.disconnect();
        break;
      case "schedulerReturns":
      case "schedulerTakesOver":
        framework.subscribe();
        if (framework.errors.includes("Framework has been removed")) {
          framework.frameworkId = "";
          framework.subscribe();
        }
        break;
      case "teardown":
        this.cluster.master.teardown(framework.frameworkId as FrameworkId, undefined);
        break;
      case "suppress":
        framework.call({ type: 12 });
        break;
      case "revive":
        framework.call({ type: 5 });
        break;
      case "masterRestarts":
        await this.cluster.restart();
        for (const one of [...this.agents, ...this.frameworks]) one.master = this.cluster.master;
        break;
      case "second":
        await this.cluster.clock.advance(1_000);
        break;
      case "minute":
        await this.cluster.clock.advance(60_000);
    }
    await this.cluster.settle();
  }
}

/** What has to be true whatever happens. */
function checkBooks(master: Master): void {
  let allocated = 0;
  for (const agent of master.agents.values()) {
    const label = `agent ${agent.id}`;
    const perFramework = [...agent.usedByFramework.values()].reduce((sum, one) => sum.plus(one), Resources.none);
    assert.ok(agent.used.equals(perFramework), label);
    const taken = agent.used.unallocate().plus(agent.offered.unallocate());
    assert.ok(agent.total.contains(taken), `${label}: ${taken} of ${agent.total} is taken`);
    assert.equal(agent.offers.size > 0, !agent.offered.isEmpty, label);
    if (!agent.active) assert.equal(agent.offers.size, 0, `${label} is inactive`);
    for (const [frameworkId, used] of agent.usedByFramework) {
      const framework = master.frameworks.get(frameworkId);
      assert.ok(framework, `${label} is used by a framework that is known`);
      const tasks = [...framework.tasks.values()].filter(({ agentId }) => agentId?.value === agent.id);
      const executors = [...(framework.executors.get(agent.id)?.values() ?? [])];
      const sum = sumOf([...tasks.filter(({ state }) => !isTerminal(state)), ...executors]);
      assert.ok(used.equals(sum), `${label}: ${used} is booked for ${frameworkId}, its tasks and executors use ${sum}`);
    }
    allocated += taken.scalar("cpus");
  }
  for (const framework of master.frameworks.values()) {
    const living = [...framework.tasks.values()].filter(({ state }) => !isTerminal(state));
    const label = `framework ${framework.id}`;
    const executors = [...framework.executors.values()].flatMap((byId) => [...byId.values()]);
    const used = sumOf([...living, ...executors]);
    assert.ok(framework.used.equals(used), `${label}: ${framework.used} is booked, ${used} is used`);
    const offered = sumOf([...framework.offers.values()]);
    assert.ok(framework.offered.equals(offered), `${label}: ${framework.offered} is booked, ${offered} is offered`);
    if (!framework.active) assert.equal(framework.offers.size, 0);
    for (const { agentId } of framework.tasks.values()) assert.ok(master.agents.has(agentId!.value as never));
    for (const id of framework.tasks.keys()) assert.equal(framework.unreachableTasks.has(id as TaskId), false);
  }
  const booked = master.metrics().get("allocator/mesos/resources/cpus/offered_or_allocated")!;
  assert.equal(booked.toFixed(3), allocated.toFixed(3), "the allocator's books are the master's");
}

function sumOf(items: readonly { readonly resources: readonly object[] }[]): Resources {
  return Resources.of(items.flatMap(({ resources }) => resources) as never);
}

test("whatever happens, the books of agents, frameworks and allocator agree", async () => {
  // Tasks have to be there for something to happen to them.
  const kind = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...STEPS) },
    { weight: 1, arbitrary: fc.constantFrom("launch", "launchExecutor", "running", "revive", "second" as const) },
  );
  const step = fc.record({ kind, pick: fc.nat(100) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), async (steps) => {
      const scene = await Scene.start();
      for (const { kind, pick } of steps) {
        await scene.step(kind, pick);
        checkBooks(scene.cluster.master);
      }
      await scene.cluster.master.close();
      assert.equal(scene.cluster.clock.pending, 0, "nothing ticks on after the end");
    }),
    { numRuns: 60 },
  );
});
