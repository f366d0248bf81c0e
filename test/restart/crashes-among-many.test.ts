import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { agentState, masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { distinct } from "./distinct-updates.ts";
import { recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const TASKS = 4;
const ROUNDS = 2;

test("no update is lost, doubled or out of order, whoever crashes among many", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.106.0.0/24");
  let master = await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();

  const restartMaster = async (): Promise<void> => {
    await master.end("SIGKILL");
    const known = agent.log.length;
    master = await workspace.startMaster();
    await framework.subscribe();
    await agent.line(/"the agent is registered"/, known);
  };
  const restarts: Readonly<Record<string, () => Promise<void>>> = {
    async "the agent is killed"() {
      await agent.end("SIGKILL");
      agent = await workspace.startRegisteredAgent();
    },
    async "the agent is told to stop"() {
      await agent.end("SIGTERM");
      agent = await workspace.startRegisteredAgent();
    },
    "the master is killed": restartMaster,
    async "both are killed"() {
      await agent.end("SIGKILL");
      agent = workspace.startAgent("--registration_backoff_factor=10ms");
      await restartMaster();
    },
  };

  for (const [name, restart] of Object.entries(restarts)) {
    for (let round = 0; round < ROUNDS; round++) {
      const ids = Array.from({ length: TASKS }, (_, index) => `${name.replaceAll(" ", "-")}-${round}-${index}`);
      const after = randomInt(TASKS * 3);
      await step(t, `${name} after ${after} updates`, async () => {
        const heard = framework.updates.length;
        const endOf = (id: string) =>
          framework.updates.find(({ taskId, state }) => taskId?.value === id && TERMINAL_STATES.includes(state));
        await framework.launch(...ids.map((id) => shellTask(id, "exit 0", { networks: ["blue"] })));
        await framework.until(() => framework.updates.length - heard >= after || ids.every(endOf));
        await restart();
        const agentId = { value: (await agentState()).id };
        const answers = await framework.reconcile(...ids.map((value) => ({ taskId: { value }, agentId })));
        const gone = answers.filter(({ state }) => state === TaskState.TASK_GONE).map(({ taskId }) => taskId?.value);
        for (const id of ids) {
          // the agent has never heard of it: only the master that was killed knew; or it is over and acknowledged
          const end = gone.includes(id) ? endOf(id) : await framework.until(() => endOf(id));
          const told = framework.updates.filter(({ taskId }) => taskId?.value === id);
          const states = distinct(told).map(({ state }) => TaskState[state]);
          if (end === undefined) {
            assert.ok(name !== "the agent is killed" && name !== "the agent is told to stop");
            assert.deepEqual(states, []);
          } else if (end.state === TaskState.TASK_DROPPED) {
            // its container was never started: the agent ended before it knew of the task, or before it could say so
            assert.ok([TaskStatus_Reason.AGENT_RESTARTED, TaskStatus_Reason.RECONCILIATION].includes(end.reason));
            assert.deepEqual(states, ["TASK_DROPPED"]);
          } else {
            assert.deepEqual(states, ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"], end.message);
          }
        }
      });
    }
  }

  await poll(async () => (await agentState()).frameworks.length === 0);
  assert.deepEqual(takenAddresses(workspace), {});
  assert.deepEqual(readdirSync(join(workspace.runtimeDir, "containers")), []);
  assert.deepEqual((await masterState()).frameworks[0]?.tasks, []);
  await framework.teardown();
});
