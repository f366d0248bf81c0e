import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  master as api,
  masterClient,
  scheduler,
  TaskState,
  type TaskStatus,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { observe, startTimeOf } from "./observed-container.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const { Event_Type } = scheduler;

test("a master that is killed and comes back learns all from its agents and frameworks", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.109.0.0/24");
  let master = await workspace.startMaster();
  const agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const go = workspace.path("go");
  await framework.launch(
    shellTask("stays", "exec sleep 1000", { networks: ["blue"] }),
    shellTask("ends", `until [ -e ${go} ]; do sleep 0.05; done; exit 5`, { networks: ["blue"] }),
  );
  const stays = await framework.update("stays", TaskState.TASK_RUNNING);
  const ends = await framework.update("ends", TaskState.TASK_RUNNING);
  await framework.suppress();

  const silent = new TestFramework("127.0.0.1:5050", { info: { name: "silent", checkpoint: false } });
  await silent.subscribe();
  await silent.launch(shellTask("of-silent", "exec sleep 1000", { networks: ["blue"] }));
  const ofSilent = await silent.update("of-silent", TaskState.TASK_RUNNING);
  await silent.suppress();

  const secondAgent = [
    "--port=5052",
    `--work_dir=${workspace.path("agent2")}`,
    `--runtime_dir=${workspace.path("run2")}`,
    `--cgroups_root=${workspace.cgroupsRoot}-2`,
  ];
  let away = await workspace.startRegisteredAgent(...secondAgent);
  await framework.revive();
  const second = (await masterState()).slaves.find(({ pid }) => pid.endsWith(":5052"))!.id;
  await framework.launchOn((offer) => offer.agentId?.value === second, shellTask("afar", "exec sleep 1000"));
  const afar = await framework.update("afar", TaskState.TASK_RUNNING);

  const facts = () => [stays, ofSilent].map((status) => observe(workspace, status));
  const before = {
    facts: facts(),
    calls: pluginCalls(workspace),
    frameworkId: framework.id,
    first: stays.agentId!.value,
    reconciled: (await framework.reconcile()).map(summary).toSorted(),
  };

  await step(t, "the framework returns under its id, and hears what happened meanwhile", async () => {
    await master.end("SIGKILL");
    await away.end("SIGKILL");
    writeFileSync(go, "");
    await poll(() => startTimeOf(ends.containerStatus!.executorPid) === undefined);
    const heard = framework.events.length;
    master = await workspace.startMaster();
    await framework.subscribe();
    const subscribed = await framework.until(() => framework.events[heard]?.subscribed);
    assert.equal(subscribed.frameworkId?.value, before.frameworkId);
    const ended = await framework.update("ends", TaskState.TASK_FAILED);
    assert.equal(ended.message, "Command exited with status 5");
    assert.deepEqual(addressesOf(ended), addressesOf(ends));
    assert.equal(ended.uuid.length, 16);
  });

  await step(t, "while an agent is awaited, nothing is said about its tasks", async () => {
    const state = await masterState();
    assert.deepEqual(
      state.slaves.map(({ id, active }) => [id, active]),
      [[before.first, true]],
    );
    assert.deepEqual(
      state.recovered_slaves.map(({ id }) => id),
      [second],
    );
    const answer = await masterClient("127.0.0.1:5050").call({ type: api.Call_Type.GET_AGENTS });
    const getAgents = answer?.getAgents;
    assert.deepEqual(
      getAgents?.agents.map(({ agentInfo }) => agentInfo?.id?.value),
      [before.first],
    );
    assert.deepEqual(
      getAgents?.recoveredAgents.map(({ id }) => id?.value),
      [second],
    );
    const heard = framework.updates.length;
    await framework.call({
      type: scheduler.Call_Type.RECONCILE,
      reconcile: {
        tasks: [
          { taskId: afar.taskId!, agentId: afar.agentId! },
          { taskId: { value: "anywhere" } },
          { taskId: { value: "nowhere" }, agentId: { value: before.first } },
        ],
      },
    });
    const [gone, ...more] = await framework.until(
      () => framework.updates.length > heard && framework.updates.slice(heard),
    );
    assert.deepEqual([gone?.taskId?.value, gone?.state], ["nowhere", TaskState.TASK_GONE]);
    assert.deepEqual(more, []);
  });

  await step(t, "tasks were not touched, and are reconciled as before", async () => {
    assert.deepEqual(facts(), before.facts);
    assert.deepEqual(
      pluginCalls(workspace).filter((call) => call.startsWith("DEL")).length,
      1,
      "only the network of the task that has ended is taken down",
    );
    const heard = framework.updates.length;
    await framework.call({ type: scheduler.Call_Type.RECONCILE, reconcile: { tasks: [] } });
    const again = await framework.until(() => framework.updates[heard]);
    assert.ok(before.reconciled.includes(summary(again)), summary(again));
    assert.equal(again.taskId?.value, "stays");
  });

  await step(t, "a framework that stays away is shown with its tasks", async () => {
    const { frameworks } = await masterState();
    const shown = frameworks.find(({ id }) => id === silent.id)!;
    assert.deepEqual([shown.recovered, shown.connected, shown.active], [true, false, false]);
    assert.deepEqual(
      shown.tasks.map(({ id, state }) => [id, state]),
      [["of-silent", "TASK_RUNNING"]],
    );
    const own = frameworks.find(({ id }) => id === framework.id)!;
    assert.deepEqual([own.recovered, own.connected, own.active], [false, true, true]);
  });

  await step(t, "an agent that stays away is unreachable when its time is over", async () => {
    await master.end("SIGKILL");
    const registered = agent.log.length;
    master = await workspace.startMaster("--agent_reregister_timeout=4secs");
    await framework.subscribe();
    await agent.line(/"the agent is registered"/, registered);
    const failure = await framework.until(
      () => framework.events.find(({ type }) => type === Event_Type.FAILURE)?.failure,
    );
    assert.equal(failure.agentId?.value, second);
    const state = await masterState();
    assert.deepEqual([state.recovered_slaves, state.unreachable_slaves], [[], 1]);
    const [lost] = await framework.reconcile({ taskId: afar.taskId!, agentId: afar.agentId! });
    assert.equal(lost?.state, TaskState.TASK_UNREACHABLE);
    assert.ok(lost.unreachableTime!.nanoseconds > 0n);
    const [unknown] = await framework.reconcile({ taskId: { value: "nobody's" } });
    assert.equal(unknown?.state, TaskState.TASK_UNKNOWN);
  });

  await step(t, "and when it is back after all, its tasks are told again", async () => {
    const pid = afar.containerStatus!.executorPid;
    const startTime = startTimeOf(pid);
    assert.notEqual(startTime, undefined);
    const heard = framework.updates.length;
    away = await workspace.startRegisteredAgent(...secondAgent);
    const back = await framework.until(() => framework.updates[heard]);
    assert.deepEqual(
      [back.taskId?.value, back.state, back.source, back.reason, back.agentId?.value, back.uuid.length],
      ["afar", TaskState.TASK_RUNNING, TaskStatus_Source.MASTER, TaskStatus_Reason.AGENT_REREGISTERED, second, 0],
    );
    assert.equal(startTimeOf(pid), startTime);
    const reconciled = await framework.reconcile();
    assert.deepEqual(
      reconciled.map(summary).toSorted(),
      before.reconciled.filter((line) => !line.startsWith("ends ")),
    );
  });

  await step(t, "the framework that was away comes back in the end", async () => {
    await silent.subscribe();
    const [running] = await silent.reconcile();
    assert.equal(summary(running!), summary(ofSilent));
    const { frameworks } = await masterState();
    assert.equal(frameworks.find(({ id }) => id === silent.id)?.recovered, false);
    for (const [one, taskId] of [
      [silent, "of-silent"],
      [framework, "stays"],
      [framework, "afar"],
    ] as const) {
      await one.kill(taskId);
      await one.update(taskId, TaskState.TASK_KILLED);
    }
    assert.deepEqual(takenAddresses(workspace), {});
    await framework.teardown();
    await silent.teardown();
  });
});

/** Task, state and addresses, as one line. */
function summary(status: TaskStatus): string {
  return [status.taskId?.value, TaskState[status.state], ...addressesOf(status)].join(" ");
}
