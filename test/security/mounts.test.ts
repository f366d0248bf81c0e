import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { pidsWith } from "../support/pids-with.ts";
import { poll } from "../support/poll.ts";
import { executorOf } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";

// the mounts of this file are made in a mount namespace of its own
inHostLikeNamespaces(import.meta.filename);

test("what is mounted stays, whatever is removed around it", async (t) => {
  const workspace = new Workspace(t);
  const precious = workspace.path("precious");
  mkdirSync(precious);
  writeFileSync(join(precious, "file"), "precious");
  workspace.bridge("blue", "10.84.0.0/24");
  await workspace.startMaster();
  const flags = ["--gc_delay=1secs"];
  let agent = await workspace.startRegisteredAgent(...flags);
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const intact = () => assert.deepEqual(readdirSync(precious), ["file"]);

  const launch = async (id: string, networks: readonly string[] = []) => {
    await framework.launch(shellTask(id, "sleep 1000", { networks }));
    const status = await framework.update(id, TaskState.TASK_RUNNING, ...TERMINAL_STATES);
    assert.equal(TaskState[status.state], "TASK_RUNNING", status.message);
    return { containerId: status.containerStatus!.containerId!.value, sandbox: (await executorOf(id)).directory };
  };
  const kill = async (id: string) => {
    await framework.kill(id);
    await framework.update(id, TaskState.TASK_KILLED);
  };

  await t.test("the bind of / is in the mount namespace of conmon alone, while tasks run", async () => {
    const tasks = [await launch("on-host"), await launch("on-network", ["blue"])];
    for (const { containerId } of tasks) {
      const bundle = join(workspace.runtimeDir, "containers", containerId, "bundle");
      const rootfs = join(bundle, "rootfs");
      const own = mountsOf("self");
      assert.ok(
        !own.some((target) => target === rootfs || target.startsWith(`${rootfs}/`)),
        "it is in the table of the host",
      );
      assert.deepEqual(readdirSync(rootfs), [], "the host sees an empty directory");
      const conmon = pidsWith(bundle);
      assert.ok(conmon.length > 0);
      for (const pid of conmon) {
        assert.ok(mountsOf(pid).includes(rootfs));
        assert.notEqual(readlinkSync(`/proc/${pid}/ns/mnt`), readlinkSync("/proc/self/ns/mnt"));
      }
    }
    // the agent itself has stayed where operators see what it mounts
    assert.equal(readlinkSync(`/proc/${agent.pid}/ns/mnt`), readlinkSync("/proc/self/ns/mnt"));
    const namespaces = new Set(
      tasks.flatMap(({ containerId }) =>
        pidsWith(join(workspace.runtimeDir, "containers", containerId, "bundle")).map((pid) =>
          readlinkSync(`/proc/${pid}/ns/mnt`),
        ),
      ),
    );
    assert.equal(namespaces.size, tasks.length, "each has one of its own");
    // a walk over the runtime directory, as a recursive delete would make it, meets nothing of the host
    const met = readdirSync(workspace.runtimeDir, { recursive: true }).map(String);
    assert.ok(!met.some((path) => /\/(etc\/passwd|usr\/bin|boot)$/.test(path)));
    for (const id of ["on-host", "on-network"]) await kill(id);
  });

  await t.test("a bind in a sandbox: it is not removed as long as that is there, and then it is", async () => {
    const { sandbox } = await launch("bound");
    const point = join(sandbox, "volume");
    mkdirSync(point);
    writeFileSync(join(sandbox, "own"), "x");
    await run("mount", "--bind", precious, point);
    await kill("bound");
    await agent.line(/"a sandbox could not be removed; it is tried again later"/);
    intact();
    assert.ok(existsSync(join(sandbox, "own")), "nothing of it is removed");

    // nor by the next agent, which finds it there
    await agent.end("SIGKILL");
    agent = await workspace.startRegisteredAgent(...flags);
    await agent.line(/"a sandbox could not be removed; it is tried again later"/);
    intact();
    await run("umount", point);
    await poll(() => !existsSync(sandbox));
    intact();
  });

  await t.test(
    "a bind in the directory of a container, and in that of its networks: the clean-up stops there",
    async () => {
      const { containerId } = await launch("mounted", ["blue"]);
      const points = [
        join(workspace.runtimeDir, "containers", containerId, "volume"),
        workspace.cniPath(containerId, "volume"),
      ];
      for (const point of points) {
        mkdirSync(point);
        await run("mount", "--bind", precious, point);
      }
      await kill("mounted");
      await agent.line(/"a container could not be taken down completely; the next start of the agent goes on with it"/);
      intact();
      for (const point of points.filter(existsSync)) await run("umount", point).catch(() => {});
      intact();
      // the next start finishes it
      await agent.end("SIGTERM");
      agent = await workspace.startRegisteredAgent(...flags);
      await poll(
        () =>
          !existsSync(join(workspace.runtimeDir, "containers", containerId)) &&
          !existsSync(workspace.cniPath(containerId)),
      );
      intact();
    },
  );

  await framework.teardown();
});

function mountsOf(pid: number | "self"): string[] {
  return readFileSync(`/proc/${pid}/mountinfo`, "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
}
