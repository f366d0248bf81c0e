import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { removeTree } from "fairlead/base/files/remove-tree.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask } from "../support/framework.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

interface Mount {
  /** What of its file system is mounted. */
  readonly root: string;
  readonly target: string;
}

/** proc_pid_mountinfo(5) of a process, without what is not below `directory`. */
function mountsBelow(directory: string, pid: number | "self"): Mount[] {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, "utf8").trimEnd().split("\n");
  return lines
    .map((line) => {
      const [, , , root, target] = line.split(" ") as [string, string, string, string, string];
      return { root, target };
    })
    .filter(({ target }) => target.startsWith(`${directory}/`));
}

function parentOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ")[1]);
}

test("the host's files", async (t) => {
  const cluster = await Cluster.start(t);
  const { workspace } = cluster;
  workspace.bridge("blue", "10.74.0.0/24");
  mkdirSync(workspace.path("canary"));
  writeFileSync(workspace.path("canary", "file"), "alive");
  const watch = `until [ ! -e ${workspace.path("canary", "file")} ]; do sleep 0.05; done`;
  const tasks = [
    await cluster.run(shellTask("on-host", watch)),
    await cluster.run(shellTask("on-network", watch, { networks: ["blue"] })),
  ];

  await t.test("are mounted for conmon and the container alone, never in the host's table", () => {
    const onHost = mountsBelow(workspace.directory, "self");
    assert.deepEqual(
      onHost.map(({ target }) => target),
      [workspace.cniPath(""), tasks[1]!.pin],
    );
    assert.ok(onHost.every(({ root }) => root !== "/"));
    for (const { status, containerId } of tasks) {
      const conmon = parentOf(status.containerStatus!.executorPid);
      const rootfs = workspace.path("run/containers", containerId, "bundle/rootfs");
      assert.ok(
        mountsBelow(workspace.directory, conmon).some(({ target }) => target === rootfs),
        "only there the container's root is seen",
      );
      assert.deepEqual(readdirSync(rootfs), []);
    }
  });

  await t.test("are not reached by the removal of the runtime directory, which stops at what is mounted", async () => {
    await assert.rejects(removeTree(workspace.runtimeDir), { code: "CROSSES_MOUNT" });
    assert.equal(readFileSync(workspace.path("canary", "file"), "utf8"), "alive");
    assert.deepEqual(await tasks[1]!.kernelNetworks(), { eth0: ["10.74.0.2"] });
    for (const { id } of tasks) assert.deepEqual(cluster.states(id), ["TASK_STARTING", "TASK_RUNNING"]);
  });

  await t.test("are as before when the tasks are gone", async () => {
    for (const { id } of tasks) await cluster.kill(id);
    assert.deepEqual(
      mountsBelow(workspace.directory, "self").map(({ target }) => target),
      [workspace.cniPath("")],
    );
    assert.equal(readFileSync(workspace.path("canary", "file"), "utf8"), "alive");
  });
});
