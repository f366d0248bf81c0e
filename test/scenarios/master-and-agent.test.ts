import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrameworkId, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { WholeCluster } from "./whole-cluster.ts";

const SECOND = 1000;

test("a task from offer to acknowledged end", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  const view = whole.cluster.master.frameworks.get(parseFrameworkId(framework.frameworkId));
  const [task] = view?.tasks.values() ?? [];
  assert.equal(task?.state, TaskState.TASK_RUNNING);
  const running = task?.statuses.at(-1);
  assert.equal(running?.containerStatus?.networkInfos[0]?.ipAddresses[0]?.ipAddress, "192.0.2.1");
  assert.ok(running?.containerStatus?.containerId);

  whole.rig.kernel.exit(whole.rig.kernel.only, { status: 0 });
  await whole.until(framework, () => view?.completedTasks.length === 1);
  assert.deepEqual(framework.states("t"), ["STARTING", "RUNNING", "FINISHED"]);
  assert.ok([...whole.cluster.master.agents.values()][0]?.used.isEmpty);
  await whole.cluster.settle();
  assert.deepEqual(await whole.rig.checkpointKeys(), []);
});

test("an agent that is killed comes back: the task runs on, and its end is told as it was", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  whole.crashAgent();
  await whole.cluster.settle();
  whole.rig.kernel.exit(whole.rig.kernel.only, { status: 3 << 8 });
  await whole.rig.start();
  await whole.until(framework, () => framework.states("t").includes("FAILED"));
  assert.deepEqual(framework.states("t"), ["STARTING", "RUNNING", "FAILED"]);
  assert.equal(framework.statuses.at(-1)?.message, "Command exited with status 3");
  assert.equal(whole.cluster.master.agents.size, 1);
});

test("a framework without checkpoint loses its task with the agent", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework({ checkpoint: false });
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  whole.crashAgent();
  await whole.rig.start();
  await whole.until(framework, () => framework.states("t").includes("LOST"));
  assert.equal(framework.statuses.at(-1)?.reason, TaskStatus_Reason.AGENT_DISCONNECTED);
  assert.equal(whole.rig.kernel.containers.size, 0);
  await whole.launch(framework, "u");
  await whole.until(framework, () => framework.states("u").includes("RUNNING"));
});

test("a kill that an absent agent did not hear reaches it when it is back", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  whole.crashAgent();
  framework.kill("t");
  await whole.rig.start();
  await whole.until(framework, () => framework.states("t").includes("KILLED"));
  assert.deepEqual(framework.states("t"), ["STARTING", "RUNNING", "KILLED"]);
});

test("a launch that died with its agent is told as dropped", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  const gate = Promise.withResolvers<void>();
  whole.rig.kernel.launchGate = gate.promise;
  await whole.launch(framework, "t");
  await whole.until(framework, () => whole.rig.kernel.launches === 1);
  whole.crashAgent();
  await whole.rig.start();
  await whole.until(framework, () => framework.states("t").length > 0);
  assert.deepEqual(framework.states("t"), ["DROPPED"]);
  assert.equal(framework.statuses.at(-1)?.source, TaskStatus_Source.AGENT);
  gate.resolve();
});

test("a new master learns everything from the agent, and the end that it missed arrives", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.launch(framework, "u");
  await whole.until(framework, () => framework.states("u").includes("RUNNING"));
  const [first] = whole.rig.kernel.containers.keys();
  framework.acknowledging = false;
  const restarting = whole.restartMaster();
  whole.rig.kernel.exit(first!, { status: 0 });
  await restarting;
  framework.master = whole.cluster.master;
  framework.subscribe();
  framework.acknowledging = true;
  await whole.until(framework, () => framework.states("t").includes("FINISHED"));
  assert.equal([...whole.cluster.master.agents.values()][0]?.connected, true);
  framework.reconcile({ taskId: "u" });
  await whole.cluster.settle();
  const answer = framework.statuses.at(-1);
  assert.equal(answer?.reason, TaskStatus_Reason.RECONCILIATION);
  assert.equal(answer?.state, TaskState.TASK_RUNNING);
  assert.deepEqual(whole.rig.kernel.log, ["launch", "start", "launch", "start", "destroy"]);
});

test("an agent that is away for too long is unreachable, and its task comes back with it", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  whole.crashAgent();
  await whole.cluster.clock.advance(601 * SECOND);
  assert.equal(framework.states("t").at(-1), "UNREACHABLE");
  await whole.rig.start();
  await whole.until(framework, () => framework.states("t").at(-1) === "RUNNING");
  assert.deepEqual(whole.rig.kernel.log, ["launch", "start"]);
});

test("a framework that is torn down leaves nothing on the agent", async () => {
  await using whole = await WholeCluster.start();
  const framework = await whole.framework();
  await whole.launch(framework, "t");
  await whole.until(framework, () => framework.states("t").includes("RUNNING"));
  whole.cluster.master.teardown(parseFrameworkId(framework.frameworkId), undefined);
  await whole.rig.settleUntil(() => whole.rig.kernel.containers.size === 0);
  await whole.cluster.settle();
  assert.deepEqual(await whole.rig.checkpointKeys(), []);
});

test("pings keep a quiet agent registered for hours", async () => {
  await using whole = await WholeCluster.start();
  const sessions = new Set<unknown>();
  for (let minute = 0; minute < 120; minute++) {
    await whole.cluster.clock.advance(60 * SECOND);
    for (const agent of whole.cluster.master.agents.values())
      sessions.add(agent.registeredMs + (agent.reregisteredMs ?? 0));
  }
  assert.equal(sessions.size, 1);
});
