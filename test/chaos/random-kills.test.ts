import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { TERMINAL_STATES, type TestFramework } from "../support/framework.ts";
import { ChaosCluster, networkedTask } from "./chaos-cluster.ts";
import { type Random, seededRandom } from "./seeded-random.ts";
import { within } from "./within.ts";

inHostLikeNamespaces(import.meta.filename);

const TASKS = 30;
/** A third of the tasks, at least, is in the middle of its life when the agent is killed. */
const CUT_TASKS = TASKS / 3;
const KILLS = 8;
/** An agent is killed so long after its start, at most: during its start, its recovery, its registration, or some time later. */
const MAX_LIFE_MS = 2_000;
const MAX_RUN_SECONDS = 3;
const FIRST_PORT = 31_200;

/** What a task does, and what is done to it. */
interface Plan {
  readonly id: string;
  readonly exitStatus: number;
  readonly seconds: number;
  readonly checkpoint: boolean;
  /** Before which kill of the agent the task is killed; undefined: never. */
  readonly killedAt: number | undefined;
}

test("an agent that is killed at random among many short tasks", async (t) => {
  const random = announcedRandom(t);
  const cluster = await ChaosCluster.start(t);
  const starts = cluster.workspace.path("starts");
  mkdirSync(starts, { mode: 0o777 });
  const lasting = await cluster.framework(true);
  const passing = await cluster.framework(false);
  let agent = await cluster.startAgent();
  await cluster.launch(lasting, networkedTask("first", "exit 0", FIRST_PORT - 1));
  await lasting.update("first", TaskState.TASK_FINISHED);
  await cluster.assertOnlyLivingExist("before the launch of many");
  const before = cluster.traces();

  const plans = Array.from({ length: TASKS }, (_, index) => planOf(index, random));
  const launch = async (framework: TestFramework, checkpoint: boolean) => {
    const own = plans.filter((plan) => plan.checkpoint === checkpoint);
    await cluster.launch(framework, ...own.map((plan) => taskOf(plan, starts)));
  };
  await launch(lasting, true);
  await launch(passing, false);
  const frameworkOf = (plan: Plan) => (plan.checkpoint ? lasting : passing);
  const inFlight = () => plans.filter((plan) => !hasEnded(frameworkOf(plan), plan.id));

  const cut = new Set<Plan>();
  for (let kill = 0; kill < KILLS && inFlight().length > 0; kill++) {
    for (const plan of plans.filter(({ killedAt }) => killedAt === kill)) await frameworkOf(plan).kill(plan.id);
    await delay(random() * MAX_LIFE_MS);
    await agent.end("SIGKILL");
    for (const plan of inFlight()) cut.add(plan);
    agent = cluster.startAnyAgent();
  }
  await agent.line(/"the agent is registered"/);
  for (const plan of plans) {
    const end = await within(`the end of ${plan.id}`, frameworkOf(plan).update(plan.id, ...TERMINAL_STATES));
    const told = `${TaskState[end.state]} ${TaskStatus_Reason[end.reason]} ${end.message}`;
    const file = join(starts, plan.id);
    const runs = existsSync(file) ? readFileSync(file, "utf8").length : 0;
    assert.ok(runs <= 1, `${plan.id} has run ${runs} times`);
    assert.match(told, possibleEnds(plan, runs === 1), `${plan.id}, which has run ${runs} times`);
  }
  t.diagnostic(`${cut.size} of ${TASKS} tasks cut`);
  assert.ok(cut.size >= CUT_TASKS, `only ${cut.size} tasks were cut`);

  await cluster.assertOnlyLivingExist("when all have ended");
  await cluster.assertTraces(before, "nothing is left of them");
  await cluster.launch(lasting, ...plans.map(({ id }, index) => networkedTask(`${id}-next`, "exit 0", port(index))));
  for (const { id } of plans) {
    const end = await within(`the end of ${id}-next`, lasting.update(`${id}-next`, ...TERMINAL_STATES));
    assert.equal(TaskState[end.state], "TASK_FINISHED", end.message);
  }
  await cluster.assertTraces(before, "nothing is left of those after them");
  await cluster.dismiss(lasting);
  await cluster.dismiss(passing);
});

function announcedRandom(t: TestContext): Random {
  const seed = Number(process.env.FAIRLEAD_TEST_SEED ?? randomInt(2 ** 31));
  t.diagnostic(`FAIRLEAD_TEST_SEED=${seed}`);
  return seededRandom(seed);
}

function planOf(index: number, random: Random): Plan {
  return {
    id: `task-${index}`,
    exitStatus: Math.floor(random() * 3),
    seconds: random() * MAX_RUN_SECONDS,
    checkpoint: random() < 2 / 3,
    killedAt: random() < 1 / 4 ? Math.floor(random() * KILLS) : undefined,
  };
}

function port(index: number): number {
  return FIRST_PORT + index;
}

/** Each start of the command leaves a mark. */
function taskOf({ id, seconds, exitStatus }: Plan, starts: string) {
  const command = `printf 1 >>${join(starts, id)}; sleep ${seconds.toFixed(2)}; exit ${exitStatus}`;
  return networkedTask(id, command, port(Number(id.slice("task-".length))));
}

function hasEnded(framework: TestFramework, id: string): boolean {
  return framework.updates.some(({ taskId, state }) => taskId?.value === id && TERMINAL_STATES.includes(state));
}

function possibleEnds({ exitStatus, checkpoint, killedAt }: Plan, hasRun: boolean): RegExp {
  const ends =
    exitStatus === 0 ? ["FINISHED .* exited with status 0$"] : [`FAILED .* exited with status ${exitStatus}$`];
  if (killedAt !== undefined) ends.push("KILLED ");
  if (!hasRun) ends.push("DROPPED RECONCILIATION ", "DROPPED AGENT_RESTARTED ");
  if (!checkpoint) ends.push("LOST AGENT_DISCONNECTED ");
  return new RegExp(`^TASK_(?:${ends.join("|")})`);
}
