import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { Cluster } from "./cluster.ts";
import { RunningTask } from "./running-task.ts";

inHostLikeNamespaces(import.meta.filename);

/** More than half of an agent: two tasks of this size run on two agents. */
const MOST_OF_AN_AGENT = "cpus:5;mem:32";

/** The ids of the containers that the agent on a port shows. */
async function containersOf(port: number): Promise<string[]> {
  const containers = await (await fetch(`http://127.0.0.1:${port}/containers`)).json();
  return (containers as { readonly container_id: string }[]).map(({ container_id }) => container_id);
}

test("two agents of one local", async (t) => {
  const cluster = await Cluster.start(t, "--agents=2");
  const { workspace } = cluster;
  workspace.bridge("blue", "10.73.0.0/24");
  const start = async (id: string): Promise<RunningTask> => {
    const task = shellTask(id, "exec sleep 1000", { networks: ["blue"], resources: MOST_OF_AN_AGENT });
    const { status, containerId } = await cluster.run(task);
    const isOnFirst = (await containersOf(5051)).includes(containerId);
    const directory = ["run", ...(isOnFirst ? [] : ["agent-2"]), "isolators/network/cni", containerId];
    return new RunningTask(id, status, () => workspace.path(...directory));
  };
  const [one, other] = [await start("one"), await start("other")];

  await t.test("each shows its own containers", async () => {
    const shown = await Promise.all([5051, 5052].map(containersOf));
    assert.deepEqual(
      shown.map(({ length }) => length),
      [1, 1],
    );
    assert.deepEqual(shown.flat().toSorted(), [one.containerId, other.containerId].toSorted());
    assert.notEqual(one.status.agentId!.value, other.status.agentId!.value);
  });

  await t.test("their containers have addresses of one network, and reach each other", async () => {
    assert.deepEqual([one, other].flatMap(({ status }) => addressesOf(status)).toSorted(), ["10.73.0.2", "10.73.0.3"]);
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      assert.deepEqual(await from.kernelNetworks(), { eth0: addressesOf(from.status) });
      await from.inside("ping", "-c1", "-W5", addressesOf(to.status)[0]!);
    }
  });

  await t.test("the end of one's container leaves the other's alone", async () => {
    const { status } = await cluster.kill("one");
    assert.equal(status.state, TaskState.TASK_KILLED);
    assert.equal(existsSync(one.pin), false);
    assert.deepEqual(await other.kernelNetworks(), { eth0: addressesOf(other.status) });
    const next = await start("next");
    assert.equal(next.status.agentId!.value, one.status.agentId!.value);
    await other.inside("ping", "-c1", "-W5", addressesOf(next.status)[0]!);
    assert.deepEqual(cluster.states("other"), ["TASK_STARTING", "TASK_RUNNING"]);
  });
});
