import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState, type TaskStatus, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, type TestFramework } from "../support/framework.ts";
import { Inspector } from "../support/inspector.ts";
import { poll } from "../support/poll.ts";
import { PLUGINS_DIR } from "../support/workspace.ts";
import { ChaosCluster } from "./chaos-cluster.ts";
import { openFiles } from "./open-files.ts";
import { within } from "./within.ts";

inHostLikeNamespaces(import.meta.filename);

/** What a plugin does on ADD, and what the framework reads of it. */
const FAULTS: Readonly<Record<string, { readonly add: string; readonly words: RegExp }>> = {
  fails: {
    add: `echo '{"cniVersion":"1.0.0","code":113,"msg":"no such tenant","details":"tenant 7"}'; exit 1`,
    words: /failed with code 113: no such tenant: tenant 7/,
  },
  "fails-without-object": {
    add: "echo 'cannot reach the controller' >&2; exit 3",
    words: /exited with status 3.*cannot reach the controller/,
  },
  hangs: {
    add: "echo 'waiting for the controller' >&2; sleep 1000",
    words: /did not end in time and was killed.*waiting for the controller/,
  },
  "hangs-with-children": { add: "sleep 1000 & sleep 1000 & wait", words: /did not end in time and was killed/ },
  "prints-garbage": {
    add: "echo 'panic: index out of range'",
    words: /printed what is not a JSON object.*panic: index out of range/,
  },
  "prints-10-MB": { add: "head -c 10485760 /dev/zero | tr '\\0' x", words: /printed too much and was killed/ },
  "says-nothing": { add: "exit 0", words: /printed no result/ },
  "contradicts-itself": {
    add: `echo '{"cniVersion":"1.0.0","interfaces":[],"ips":[{"address":"10.9.9.9/24"}]}'; exit 1`,
    words: /exited with status 1.*10\.9\.9\.9/,
  },
  dies: { add: "kill -SEGV $$", words: /died of SIGSEGV/ },
  "answers-in-another-form": { add: `echo '{"cniVersion":"1.0.0","ips":[{"address":17}]}'`, words: /address/ },
};

/** A network whose first plugin is a bridge, and whose second one is ours. */
function faultyNetwork(
  cluster: ChaosCluster,
  name: string,
  scripts: { readonly add?: string; readonly del?: string },
): void {
  const { workspace } = cluster;
  const bridge = { type: "bridge", bridge: "br-faulty", isGateway: true, ipam: workspace.hostLocal("10.73.0.0/24") };
  workspace.network({ cniVersion: "1.0.0", name, plugins: [bridge, { type: name }] });
  workspace.plugin(
    name,
    `case $CNI_COMMAND in
ADD) ${scripts.add ?? MENDED} ;;
DEL) ${scripts.del ?? "exit 0"} ;;
esac`,
  );
}

/** Passes on what it was given. */
const MENDED = `exec ${PLUGINS_DIR}/tuning`;

async function endOf(framework: TestFramework, taskId: string): Promise<TaskStatus> {
  return await within(`the end of ${taskId}`, framework.update(taskId, ...TERMINAL_STATES));
}

function statesOf(framework: TestFramework, id: string): string[] {
  return framework.updates.filter(({ taskId }) => taskId?.value === id).map(({ state }) => TaskState[state]!);
}

test("a plugin at fault fails the launch in its own words, and leaves nothing", async (t) => {
  const cluster = await ChaosCluster.start(t);
  const framework = await cluster.framework(true);
  const agent = await cluster.startInspectedAgent("--network_cni_plugin_timeout=1secs");
  const launch = async (id: string, ...networks: string[]): Promise<TaskStatus> => {
    await cluster.launch(framework, shellTask(id, "exit 0", { networks }));
    return await endOf(framework, id);
  };
  assert.equal((await launch("first", "plain")).state, TaskState.TASK_FINISHED);
  await cluster.assertOnlyLivingExist("before the first fault");
  const before = cluster.traces();
  using inspector = await Inspector.connect();
  const openBefore = { files: openFiles(agent.pid), resources: await inspector.activeResources() };

  for (const [name, { add, words }] of Object.entries(FAULTS)) {
    await t.test(`it ${name.replaceAll("-", " ")}`, async () => {
      faultyNetwork(cluster, name, { add });
      const failed = await launch(`faulty-${name}`, "plain", name);
      assert.equal(TaskState[failed.state], "TASK_FAILED");
      assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
      assert.match(failed.message, words);
      assert.ok(failed.message.includes(`CNI network '${name}'`), failed.message);
      assert.deepEqual(statesOf(framework, `faulty-${name}`), ["TASK_FAILED"]);
      await cluster.assertTraces(before, "all is undone");

      faultyNetwork(cluster, name, {});
      const finished = await launch(`mended-${name}`, name, "plain");
      assert.equal(TaskState[finished.state], "TASK_FINISHED", finished.message);
      await cluster.assertTraces(before, "nothing is left of the next one");
    });
  }

  await t.test("it is missing", async () => {
    cluster.workspace.network({ cniVersion: "1.0.0", name: "headless", type: "nowhere" }, "headless.conf");
    const failed = await launch("headless", "plain", "headless");
    assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
    assert.match(failed.message, /Unable to find the plugin nowhere required to attach \S+ to network 'headless'/);
    await cluster.assertTraces(before, "nothing was begun");
  });

  await t.test("its network is unknown", async () => {
    const failed = await launch("lost", "plain", "atlantis");
    assert.equal(TaskState[failed.state], "TASK_FAILED");
    assert.equal(TaskStatus_Reason[failed.reason], "CONTAINER_LAUNCH_FAILED");
    assert.equal(failed.message, "Failed to launch container: Unknown CNI network 'atlantis'");
    await cluster.assertTraces(before, "nothing was begun");
  });

  await t.test("the agent has nothing more open, and waits for nothing more, than before", async () => {
    await within(
      "the open files of before",
      poll(() => openFiles(agent.pid).join() === openBefore.files.join()),
    );
    assert.deepEqual(await inspector.activeResources(), openBefore.resources);
    // a process does not end while somebody debugs it
    inspector[Symbol.dispose]();
  });

  await t.test(
    "it cannot detach: the task ends all the same, and the next start of the agent finishes the job",
    async () => {
      faultyNetwork(cluster, "sticks", { del: `echo '{"cniVersion":"1.0.0","code":7,"msg":"glued"}'; exit 1` });
      assert.equal((await launch("stuck", "plain", "sticks")).state, TaskState.TASK_FINISHED);
      const [left] = cluster.traces().records;
      assert.deepEqual(cluster.traces().attachments, [left], "what could not be undone is on record");
      assert.ok(agent.log.some((line) => line.includes("glued")));
      const others = await launch("beside", "sticks", "plain");
      assert.equal(others.state, TaskState.TASK_FINISHED, others.message);

      faultyNetwork(cluster, "sticks", {});
      await cluster.endAgent("SIGTERM");
      await cluster.startAgent();
      await cluster.assertOnlyLivingExist("after the next start");
      await cluster.assertTraces(before, "all is undone");
    },
  );
  await cluster.dismiss(framework);
});

test("a task can be ended while a plugin hangs", async (t) => {
  const cluster = await ChaosCluster.start(t);
  const framework = await cluster.framework(true);
  const patient = "--network_cni_plugin_timeout=1hrs";
  await cluster.startAgent(patient);
  faultyNetwork(cluster, "hangs", { add: "sleep 100000" });
  await cluster.launch(framework, shellTask("first", "exit 0", { networks: ["plain"] }));
  await endOf(framework, "first");
  await cluster.assertOnlyLivingExist("before the first task hangs");
  const before = cluster.traces();

  const launchUntilItHangs = async (id: string): Promise<void> => {
    await cluster.launch(framework, shellTask(id, "exit 0", { networks: ["plain", "hangs"] }));
    await within(
      "the plugin that hangs",
      poll(() => cluster.traces().processes.some((line) => line.startsWith("plugin "))),
    );
  };

  await t.test("by a kill", async () => {
    await launchUntilItHangs("killed");
    await framework.kill("killed");
    const killed = await endOf(framework, "killed");
    assert.equal(TaskState[killed.state], "TASK_KILLED", killed.message);
    await cluster.assertTraces(before, "all is undone");
  });

  await t.test("by the end of the agent, whose next start undoes it", async () => {
    await launchUntilItHangs("left");
    await cluster.endAgent("SIGTERM");
    await cluster.startAgent(patient);
    const dropped = await endOf(framework, "left");
    assert.equal(TaskState[dropped.state], "TASK_DROPPED", dropped.message);
    await cluster.assertTraces(before, "all is undone");
  });

  await t.test("by the end of its framework", async () => {
    const other = await cluster.framework(true);
    await cluster.launch(other, shellTask("orphan", "exit 0", { networks: ["plain", "hangs"] }));
    await within(
      "the plugin that hangs",
      poll(() => cluster.traces().processes.some((line) => line.startsWith("plugin "))),
    );
    await cluster.dismiss(other);
    await cluster.assertTraces(before, "all is undone");
  });
  await cluster.dismiss(framework);
});
