import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState, type TaskStatus, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { TERMINAL_STATES, type TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { ChaosCluster, networkedTask } from "./chaos-cluster.ts";
import { SmallDisk } from "./small-disk.ts";
import { within } from "./within.ts";

inHostLikeNamespaces(import.meta.filename);

async function update(framework: TestFramework, id: string, ...states: TaskState[]): Promise<TaskStatus> {
  return await within(`an update of ${id}`, framework.update(id, ...states));
}

function statesOf(framework: TestFramework, id: string): string[] {
  return framework.updates.filter(({ taskId }) => taskId?.value === id).map(({ state }) => TaskState[state]!);
}

test("an agent whose work directory is full", async (t) => {
  const disk = new SmallDisk(t);
  const cluster = await ChaosCluster.start(t);
  disk.mount(cluster.workspace.path("agent"));
  const framework = await cluster.framework(true);
  const careful = await cluster.framework(true, false);
  let agent = await cluster.startAgent();
  await cluster.launch(framework, cluster.task("resident", 31_100));
  await update(framework, "resident", TaskState.TASK_RUNNING);
  await cluster.assertOnlyLivingExist("before all");
  const before = cluster.traces();
  await cluster.launch(careful, cluster.task("victim"));
  await careful.acknowledge(await update(careful, "victim", TaskState.TASK_STARTING));
  const running = await update(careful, "victim", TaskState.TASK_RUNNING);
  const both = cluster.traces();
  disk.fill();

  await step(t, "a task that cannot be stored fails, and says why", async () => {
    await cluster.launch(framework, networkedTask("refused", "exit 0"));
    const failed = await update(framework, "refused", ...TERMINAL_STATES);
    assert.equal(TaskState[failed.state], "TASK_FAILED");
    assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
    assert.match(failed.message, /^Failed to launch container: cannot write \S+\/agent\.db: .*full/);
    await cluster.assertTraces(both, "nothing of it is left");
  });

  await step(t, "an acknowledgement that cannot be stored counts as not come", async () => {
    await careful.acknowledge(running);
    await within("the log of it", agent.line(/an acknowledgement could not be stored/));
  });

  await step(t, "an end that cannot be stored is not told", async () => {
    await careful.kill("victim");
    await within("the log of it", agent.line(/a status update could not be stored/));
    assert.deepEqual(statesOf(careful, "victim"), ["TASK_STARTING", "TASK_RUNNING"]);
  });

  await step(t, "an agent that is started again there looks after its tasks, and still waits", async () => {
    await cluster.endAgent("SIGKILL");
    agent = await cluster.startAgent();
    await within("the log of it", agent.line(/a status update could not be stored/));
    const copy = careful.updates.at(-1)!;
    assert.deepEqual([TaskState[copy.state], copy.uuid], ["TASK_RUNNING", running.uuid]);
    await careful.acknowledge(copy);
    await within("the log of it", agent.line(/an acknowledgement could not be stored/));
  });

  await step(t, "with room again it tells all that waited, and works on", async () => {
    assert.deepEqual([...new Set(statesOf(careful, "victim"))], ["TASK_STARTING", "TASK_RUNNING"]);
    const heard = careful.updates.length;
    disk.free();
    const again = await within(
      "TASK_RUNNING once more",
      careful.until(() => careful.updates[heard]),
    );
    assert.deepEqual([TaskState[again.state], again.uuid], ["TASK_RUNNING", running.uuid]);
    await careful.acknowledge(again);
    const killed = await update(careful, "victim", ...TERMINAL_STATES);
    assert.equal(killed.message, "Command terminated with signal Terminated");
    await careful.acknowledge(killed);
    await cluster.assertOnlyLivingExist("with room again");
    await cluster.assertTraces(before, "nothing of the one that ended is left");
    await cluster.launch(framework, networkedTask("next", "exit 0"));
    assert.equal((await update(framework, "next", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);
  });

  await step(t, "without room for another file a sandbox cannot be made, and the task fails", async () => {
    disk.fillWithFiles();
    await cluster.launch(framework, networkedTask("homeless", "exit 0"));
    const failed = await update(framework, "homeless", ...TERMINAL_STATES);
    assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
    assert.match(failed.message, /^Failed to launch container: Failed to create executor directory '\S+': .*ENOSPC/);
    disk.free();
    await cluster.launch(framework, networkedTask("housed", "exit 0"));
    assert.equal((await update(framework, "housed", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);
    await cluster.assertTraces(before, "nothing is left");
  });

  assert.deepEqual(statesOf(framework, "resident"), ["TASK_STARTING", "TASK_RUNNING"]);
  cluster.letEnd("resident");
  assert.equal((await update(framework, "resident", ...TERMINAL_STATES)).message, "Command exited with status 7");
  await cluster.dismiss(careful);
  await cluster.dismiss(framework);
});

test("an agent whose runtime directory is full", async (t) => {
  const disk = new SmallDisk(t);
  const cluster = await ChaosCluster.start(t);
  disk.mount(cluster.workspace.runtimeDir);
  const framework = await cluster.framework(true);
  await cluster.startAgent();
  await cluster.launch(framework, networkedTask("first", "exit 0", 31_100));
  await update(framework, "first", ...TERMINAL_STATES);
  await cluster.assertOnlyLivingExist("before all");
  const before = cluster.traces();
  await cluster.launch(framework, cluster.task("victim"));
  await update(framework, "victim", TaskState.TASK_RUNNING);
  await cluster.assertOnlyLivingExist("before it is full");
  const one = cluster.traces();

  for (const what of ["fill", "fillWithFiles"] as const) {
    await step(t, `a container that cannot be recorded fails (${what})`, async () => {
      disk[what]();
      await cluster.launch(framework, networkedTask(`refused-${what}`, "exit 0"));
      const failed = await update(framework, `refused-${what}`, ...TERMINAL_STATES);
      assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
      assert.match(failed.message, /^Failed to launch container: .*ENOSPC/);
      await cluster.assertTraces(one, "nothing of it is left");
      disk.free();
    });
  }

  await step(t, "a task can be killed there, and the agent works on", async () => {
    disk.fill();
    await framework.kill("victim");
    const killed = await update(framework, "victim", ...TERMINAL_STATES);
    assert.equal(TaskState[killed.state], "TASK_KILLED", killed.message);
    await cluster.assertTraces(before, "nothing of it is left");
    disk.free();
    await cluster.launch(framework, networkedTask("next", "exit 0"));
    assert.equal((await update(framework, "next", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);
    await cluster.assertTraces(before, "nothing of the next one is left");
  });
  await cluster.dismiss(framework);
});

test("a master whose work directory is full", async (t) => {
  const disk = new SmallDisk(t);
  const cluster = ChaosCluster.prepare(t);
  disk.mount(cluster.workspace.path("master"));
  let master = await cluster.workspace.startMaster();
  const framework = await cluster.framework(true);
  disk.fill();

  await step(t, "does not take an agent that it cannot store", async () => {
    const agent = cluster.startAnyAgent();
    await within("the log of the master", master.line(/"an agent could not be stored/));
    await within("the log of the agent", agent.line(/there is no session with a master/));
    assert.deepEqual((await masterState()).slaves, []);
    assert.equal(framework.offers.size, 0);
    disk.free();
    await within("the registration", agent.line(/"the agent is registered"/));
    assert.equal((await masterState()).slaves.length, 1);
    await cluster.launch(framework, networkedTask("first", "exit 0"));
    assert.equal((await update(framework, "first", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);
  });

  await step(t, "goes on with agents that it has stored, also after a restart", async () => {
    await cluster.launch(framework, cluster.task("resident"));
    await update(framework, "resident", TaskState.TASK_RUNNING);
    disk.fill();
    await cluster.endAgent("SIGKILL");
    await cluster.startAgent();
    await cluster.launch(framework, networkedTask("second", "exit 0"));
    assert.equal((await update(framework, "second", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);

    await master.end("SIGKILL");
    master = await cluster.workspace.startMaster();
    await framework.subscribe();
    await within(
      "the registration",
      poll(async () => (await masterState()).slaves.length === 1),
    );
    await cluster.assertOnlyLivingExist("after the restart of the master");
    await cluster.launch(framework, networkedTask("third", "exit 0"));
    assert.equal((await update(framework, "third", ...TERMINAL_STATES)).state, TaskState.TASK_FINISHED);
    disk.free();
    await framework.kill("resident");
    await update(framework, "resident", TaskState.TASK_KILLED);
  });
  await cluster.dismiss(framework);
});
