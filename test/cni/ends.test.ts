import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

const GRACE_MS = 30_000;

for (const isolation of ["", "posix/cpu,posix/mem,namespaces/pid"]) {
  test(`ends of tasks ${isolation === "" ? "as Mesos has them" : "in pid namespaces"}`, async (t) => {
    const cluster = await Cluster.start(t, ...(isolation === "" ? [] : [`--isolation=${isolation}`]));
    const { workspace } = cluster;
    workspace.bridge("blue", "10.72.0.0/24");
    const isGone = async ({ containerId }: { readonly containerId: string }) => {
      assert.equal(existsSync(workspace.cniPath(containerId)), false);
      assert.equal(existsSync(join(workspace.runtimeDir, "containers", containerId)), false);
      assert.equal(await run("find", "/sys/fs/cgroup", "-name", containerId), "");
    };

    await t.test("a plain sleep that is killed ends at once, whatever its grace is", async () => {
      for (const networks of [[], ["blue"]]) {
        const killPolicy = { gracePeriod: { nanoseconds: BigInt(GRACE_MS) * 1_000_000n } };
        const id = `sleep-${networks.length}`;
        const task = await cluster.run(shellTask(id, "sleep 60", { networks, killPolicy }));
        const { status } = await cluster.kill(id);
        assert.equal(status.state, TaskState.TASK_KILLED);
        assert.equal(status.source, TaskStatus_Source.EXECUTOR);
        // the grace would have ended with "Killed"
        assert.equal(status.message, "Command terminated with signal Terminated");
        assert.deepEqual(addressesOf(status), addressesOf(task.status));
        await isGone(task);
      }
    });

    await t.test("a task that ignores SIGTERM is killed after its grace", async () => {
      const command = "trap 'echo told' TERM; while :; do sleep 0.05; done";
      const task = await cluster.run(shellTask("stubborn", command, { networks: ["blue"] }));
      const graceMs = 500;
      const startedAt = performance.now();
      const { status, stdout } = await cluster.kill("stubborn", graceMs);
      assert.ok(performance.now() - startedAt >= graceMs);
      assert.equal(stdout, "told\n");
      assert.equal(status.state, TaskState.TASK_KILLED);
      assert.equal(status.message, "Command terminated with signal Killed");
      await isGone(task);
    });

    await t.test("a task can have so many processes, and no more", async () => {
      const task = await cluster.run(shellTask("bounded", "sleep 60", { networks: ["blue"] }));
      assert.equal(
        readFileSync(cgroupFile(task.status.containerStatus!.executorPid, "pids", "pids.max"), "utf8"),
        "4096\n",
      );
      await cluster.kill("bounded");
    });

    await t.test("processes that a task leaves go with it", async () => {
      const command = "setsid sh -c 'echo $$ >daemon; exec sleep 1000' & until [ -s daemon ]; do sleep 0.01; done";
      const task = await cluster.finish(shellTask("leaving", command, { networks: ["blue"] }));
      assert.equal(task.status.state, TaskState.TASK_FINISHED);
      await isGone({ containerId: task.status.containerStatus!.containerId!.value });
    });

    await t.test("memory above the limit: TASK_FAILED, with reason and limitation", async () => {
      const command = "head -c 200000000 /dev/zero | tail -c 199999999 | sleep 60";
      const init = shellTask("hungry", command, { networks: ["blue"], resources: "cpus:0.5;mem:32" });
      const { status } = await cluster.finish(init);
      assert.deepEqual(cluster.states("hungry"), ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]);
      assert.equal(status.source, TaskStatus_Source.AGENT);
      assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY);
      assert.match(status.message, /^Memory limit exceeded: Requested: 64MB Maximum Used: 6\S+\n/);
      assert.deepEqual(
        status.limitation?.resources.map(({ name }) => name),
        ["mem"],
      );
      assert.deepEqual(addressesOf(status).length, 1);
      await isGone({ containerId: status.containerStatus!.containerId!.value });
    });
  });
}

/** A file of the cgroup of a process, where each controller has a hierarchy, or all of them one. */
function cgroupFile(pid: number, controller: string, file: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const own = lines.find(([, controllers]) => controllers?.split(",").includes(controller));
  const path = (own ?? lines.find(([, controllers]) => controllers === ""))![2]!;
  return join("/sys/fs/cgroup", own === undefined ? "" : controller, path, file);
}
