import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { scheduler, TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { observe, startTimeOf } from "./observed-container.ts";
import { recordedBridge } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const { Event_Type } = scheduler;
const PINGS = ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=2"];

/** Where the agent alone knows its master to be. */
const MASTER_FOR_AGENT = "127.0.0.9";

/** Drops what goes either way between them, and leaves their connections as they are. */
function cut(): void {
  nft(`table inet partition {
    chain output {
      type filter hook output priority 0
      ip saddr ${MASTER_FOR_AGENT} drop
      ip daddr ${MASTER_FOR_AGENT} drop
    }
  }`);
}

function heal(): void {
  nft("delete table inet partition");
}

function nft(command: string): void {
  execFileSync("nft", ["-f", "-"], { input: command });
}

test("what happened on both sides of a partition comes together when it heals", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.117.0.0/24");
  await workspace.startMaster("--ip=0.0.0.0", "--advertise_ip=127.0.0.1", ...PINGS);
  const agent = await workspace.startRegisteredAgent(`--master=${MASTER_FOR_AGENT}:5050`);
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const go = workspace.path("go");
  await framework.launch(
    shellTask("stays", "exec sleep 1000", { networks: ["blue"] }),
    shellTask("ends", `until [ -e ${go} ]; do sleep 0.05; done; exit 9`, { networks: ["blue"] }),
  );
  const stays = await framework.update("stays", TaskState.TASK_RUNNING);
  const ends = await framework.update("ends", TaskState.TASK_RUNNING);
  const before = observe(workspace, stays);

  await step(t, "the master gives the agent up, the agent goes on", async () => {
    cut();
    await framework.update("stays", TaskState.TASK_UNREACHABLE);
    await framework.update("ends", TaskState.TASK_UNREACHABLE);
    await framework.until(() => framework.events.some(({ type }) => type === Event_Type.FAILURE));
    await agent.line(/"there is no session with a master; the agent registers again"/);
    writeFileSync(go, "");
    await poll(() => startTimeOf(ends.containerStatus!.executorPid) === undefined);
    assert.equal((await masterState()).unreachable_slaves, 1);
  });

  await step(t, "then the agent is back under its id, with the end of its task", async () => {
    const heard = framework.updates.length;
    heal();
    const back = await framework.until(() =>
      framework.updates.slice(heard).find(({ taskId }) => taskId?.value === "stays"),
    );
    assert.deepEqual(
      [back.state, back.reason, back.message, back.uuid.length],
      [TaskState.TASK_RUNNING, TaskStatus_Reason.AGENT_REREGISTERED, "Unreachable agent re-reregistered", 0],
    );
    const ended = await framework.until(() =>
      framework.updates.find(({ taskId, uuid, state }) => {
        return taskId?.value === "ends" && uuid.length > 0 && state === TaskState.TASK_FAILED;
      }),
    );
    assert.equal(ended.message, "Command exited with status 9");
    assert.deepEqual(addressesOf(ended), addressesOf(ends));
    assert.deepEqual(
      (await masterState()).slaves.map(({ id, active }) => [id, active]),
      [[stays.agentId?.value, true]],
    );
    assert.deepEqual(observe(workspace, stays), before);
    await framework.kill("stays");
    await framework.update("stays", TaskState.TASK_KILLED);
    await framework.teardown();
  });
});

test("a master that does not answer for a while loses nothing", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "green", "10.118.0.0/24");
  const master = await workspace.startMaster(...PINGS);
  const agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const go = workspace.path("go");
  await framework.launch(
    shellTask("stays", "exec sleep 1000", { networks: ["green"] }),
    shellTask("ends", `until [ -e ${go} ]; do sleep 0.05; done; exit 8`, { networks: ["green"] }),
  );
  const stays = await framework.update("stays", TaskState.TASK_RUNNING);
  const ends = await framework.update("ends", TaskState.TASK_RUNNING);
  const before = observe(workspace, stays);

  process.kill(master.pid, "SIGSTOP");
  await agent.line(/"no ping from the master within its timeout"/);
  writeFileSync(go, "");
  await poll(() => startTimeOf(ends.containerStatus!.executorPid) === undefined);
  const registered = agent.log.length;
  process.kill(master.pid, "SIGCONT");
  await agent.line(/"the agent is registered"/, registered);
  const ended = await framework.update("ends", TaskState.TASK_FAILED);
  assert.deepEqual([ended.message, ended.uuid.length], ["Command exited with status 8", 16]);
  assert.deepEqual(addressesOf(ended), addressesOf(ends));
  assert.deepEqual((await framework.reconcile({ taskId: stays.taskId! }))[0]?.state, TaskState.TASK_RUNNING);
  assert.deepEqual(
    (await masterState()).slaves.map(({ id, active }) => [id, active]),
    [[stays.agentId?.value, true]],
  );
  assert.deepEqual(observe(workspace, stays), before);
  assert.equal(
    framework.events.some(({ type }) => type === Event_Type.FAILURE),
    false,
  );
  await framework.teardown();
});
