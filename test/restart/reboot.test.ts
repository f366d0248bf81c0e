import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FrameworkInfo_Capability_Type, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { executorOf, masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { startTimeOf } from "./observed-container.ts";
import { printed } from "./printed.ts";
import { recordedBridge } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** Makes the boot id a file that can be written, in the mount namespace of this test alone. */
function ownBootId(): void {
  const path = join(tmpdir(), randomUUID());
  writeFileSync(path, "");
  execFileSync("mount", ["--bind", path, BOOT_ID]);
  rmSync(path);
}

/** What a machine that goes down does to `workspace`: no process, no mount, no cgroup, nothing below the runtime directory, another boot id. */
async function reboot(workspace: Workspace, pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGKILL");
  for (const pid of pids) await poll(() => startTimeOf(pid) === undefined);
  await poll(() => conmons(workspace).length === 0);
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  for (const mount of mounts.toReversed()) {
    if (mount.startsWith(`${workspace.runtimeDir}/`)) execFileSync("umount", [mount]);
  }
  rmSync(workspace.runtimeDir, { recursive: true });
  workspace.removeCgroups();
  writeFileSync(BOOT_ID, `${randomUUID()}\n`);
}

function conmons(workspace: Workspace): string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, "latin1").includes(`${workspace.runtimeDir}/containers/`);
    } catch {
      return false;
    }
  });
}

test("after a reboot the agent is the same, and its tasks are gone", async (t) => {
  ownBootId();
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.115.0.0/24");
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const frameworks = {
    aware: new TestFramework("127.0.0.1:5050"),
    unaware: new TestFramework("127.0.0.1:5050", {
      info: { capabilities: [{ type: FrameworkInfo_Capability_Type.MULTI_ROLE }] },
    }),
  };
  const running = new Map<string, Awaited<ReturnType<TestFramework["update"]>>>();
  for (const [name, framework] of Object.entries(frameworks)) {
    await framework.subscribe();
    await framework.launch(shellTask(name, "echo here; exec sleep 1000", { networks: ["blue"] }));
    running.set(name, await framework.update(name, TaskState.TASK_RUNNING));
    await printed(name, "here");
    await framework.suppress();
  }
  const agentId = running.get("aware")!.agentId!.value;
  const { directory } = await executorOf("aware");
  const pids = [...running.values()].map((status) => status.containerStatus!.executorPid);

  await step(t, "as TASK_GONE, or as TASK_LOST for those who do not know that", async () => {
    await agent.end("SIGKILL");
    await reboot(workspace, pids);
    agent = await workspace.startRegisteredAgent();
    for (const [name, framework] of Object.entries(frameworks)) {
      const gone = await framework.update(name, ...TERMINAL_STATES);
      assert.deepEqual(
        [gone.state, gone.source, gone.reason, gone.message, gone.uuid.length],
        [
          name === "aware" ? TaskState.TASK_GONE : TaskState.TASK_LOST,
          TaskStatus_Source.AGENT,
          TaskStatus_Reason.AGENT_RESTARTED,
          "Agent host rebooted",
          16,
        ],
      );
    }
    assert.equal((await masterState()).slaves[0]?.id, agentId);
    assert.equal(readFileSync(join(directory, "stdout"), "utf8"), "here\n");
    await frameworks.aware.revive();
    await frameworks.aware.launch(shellTask("next", "exit 0", { networks: ["blue"] }));
    await frameworks.aware.update("next", TaskState.TASK_FINISHED);
  });

  await step(t, "a machine that was changed while it was down is a new agent", async () => {
    await agent.end("SIGTERM");
    await reboot(workspace, []);
    agent = await workspace.startRegisteredAgent("--resources=cpus:2;mem:1024;disk:1024;ports:[31000-32000]");
    const slaves = (await masterState()).slaves.map(({ id }) => id);
    assert.equal(slaves.length, 1);
    assert.notEqual(slaves[0], agentId);
    assert.ok(existsSync(directory));
    for (const framework of Object.values(frameworks)) await framework.teardown();
  });
});
