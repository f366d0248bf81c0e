import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { ContainerInfo_Type, TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import type { FairleadProcess } from "../support/fairlead-process.ts";
import { shellTask, TestFramework } from "../support/framework.ts";
import { machine } from "../support/machine.ts";
import { poll } from "../support/poll.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const IGNORES_SIGTERM = "trap '' TERM; while :; do sleep 0.1; done";

interface Stopping {
  readonly workspace: Workspace;
  readonly local: FairleadProcess;
  readonly framework: TestFramework;
  /** The machine as it was. */
  readonly before: readonly string[];
}

/** A cluster of two agents; `flags` for the network that `local` brings, or for another one. */
async function start(
  t: TestContext,
  flags: (workspace: Workspace) => readonly string[] = ownNetwork,
): Promise<Stopping> {
  const workspace = new Workspace(t);
  const before = machine(workspace);
  const local = workspace.start("local", ["--agents=2", `--work_dir=${workspace.path("work")}`, ...flags(workspace)]);
  await local.line(/^ready /);
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  return { workspace, local, framework, before };
}

function ownNetwork({ runtimeDir, cgroupsRoot }: Workspace): string[] {
  return [`--runtime_dir=${runtimeDir}`, `--cgroups_root=${cgroupsRoot}`, "--resources=cpus:8;mem:4096;disk:4096"];
}

async function stop({ workspace, local, before }: Stopping, signal: NodeJS.Signals): Promise<void> {
  assert.deepEqual(await local.end(signal), { code: 0, signal: null }, local.log.slice(-20).join("\n"));
  assert.deepEqual(machine(workspace), before);
}

test("SIGTERM ends every task, mapped ports and those that do not want to end included; nothing is left", async (t) => {
  const stopping = await start(t);
  const { framework } = stopping;
  const killPolicy = { gracePeriod: { nanoseconds: 60_000_000_000n } };
  const portMappings = [
    { hostPort: 31_075, containerPort: 80, protocol: "tcp" },
    { hostPort: 31_075, containerPort: 80, protocol: "udp" },
  ];
  const mapped = { type: ContainerInfo_Type.MESOS, networkInfos: [{ name: "fairlead", portMappings }] };
  const tasks = [
    shellTask("plain", "exec sleep 1000", { networks: ["fairlead"] }),
    shellTask("mapped", "exec sleep 1000", { container: mapped }),
    shellTask("stubborn", IGNORES_SIGTERM, { networks: ["fairlead"], killPolicy }),
    shellTask("stubborn-on-host", IGNORES_SIGTERM, { killPolicy, resources: "cpus:7;mem:32" }),
    shellTask("forking", "while :; do sleep 0.1 & done", { resources: "cpus:7;mem:64" }),
  ];
  for (const task of tasks) await framework.launch(task);
  for (const { taskId } of tasks) await framework.update(taskId!.value!, TaskState.TASK_RUNNING);
  await stop(stopping, "SIGTERM");
  for (const { taskId } of tasks) await framework.update(taskId!.value!, TaskState.TASK_KILLED);
});

test("SIGINT while tasks are launched", async (t) => {
  const stopping = await start(t);
  const { framework } = stopping;
  const names = Array.from({ length: 12 }, (_, index) => `burst-${index}`);
  await framework.launch(...names.map((name) => shellTask(name, "exec sleep 1000", { networks: ["fairlead"] })));
  await framework.until(() => framework.updates.some(({ state }) => state === TaskState.TASK_STARTING));
  await stop(stopping, "SIGINT");
});

test("SIGTERM while a plugin hangs", async (t) => {
  const stopping = await start(t, (workspace) => {
    workspace.plugin("hanging", `[ $CNI_COMMAND = DEL ] || { : >${workspace.path("called")}; sleep 1000; }`);
    workspace.network({ cniVersion: "1.0.0", name: "hanging", type: "hanging" }, "hanging.conf");
    return workspace.agentFlags();
  });
  await stopping.framework.launch(shellTask("hanging", "true", { networks: ["hanging"] }));
  await poll(() => existsSync(stopping.workspace.path("called")));
  await stop(stopping, "SIGTERM");
});

test("a network that could not be detached is told, and detached by the next local in its directories", async (t) => {
  const workspace = new Workspace(t);
  const before = machine(workspace);
  const marker = workspace.path("fails");
  const calls = workspace.path("calls");
  writeFileSync(marker, "");
  workspace.plugin(
    "failing",
    `[ $CNI_COMMAND = DEL ] || { echo '{"cniVersion": "1.0.0", "ips": [{"address": "10.75.0.9/24"}]}'; exit; }
     echo DEL >>${calls}
     [ ! -e ${marker} ] || { echo '{"cniVersion": "1.0.0", "code": 11, "msg": "the pool is away"}'; exit 1; }`,
  );
  workspace.network({ cniVersion: "1.0.0", name: "failing", type: "failing" }, "failing.conf");
  const local = await workspace.startLocal();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("short", "true", { networks: ["failing"] }));
  const { containerStatus } = await framework.update("short", TaskState.TASK_FINISHED);
  await local.line(/could not be taken down completely.*/);
  assert.ok(local.log.some((line) => line.includes("the pool is away")));
  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null });
  const containerId = containerStatus!.containerId!.value;
  assert.ok(existsSync(workspace.cniPath(containerId)));

  rmSync(marker);
  const next = await workspace.startLocal();
  assert.equal(existsSync(workspace.cniPath(containerId)), false);
  assert.equal(readFileSync(calls, "utf8"), "DEL\nDEL\n");
  assert.deepEqual(await next.end("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(machine(workspace), before);
});

test("SIGTERM before it is ready", async (t) => {
  const workspace = new Workspace(t);
  const before = machine(workspace);
  const local = workspace.start("local", [`--work_dir=${workspace.path("work")}`, ...ownNetwork(workspace)]);
  await local.line(/Brought a network/);
  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null }, local.log.join("\n"));
  assert.ok(!local.log.some((line) => line.startsWith("ready")));
  assert.deepEqual(machine(workspace), before);
});
