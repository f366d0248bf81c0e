import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { FAIRLEAD } from "../support/fairlead-process.ts";
import { machine } from "../support/machine.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const SMALL = "--resources=cpus:0.1;mem:32";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
async function fairlead(...words: readonly string[]): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    execFile(FAIRLEAD, words, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test("networks as an operator sees them", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("green", "10.76.0.0/24");
  workspace.network({
    cniVersion: "1.0.0",
    name: "blue",
    type: "bridge",
    bridge: "br-blue",
    ipam: workspace.hostLocal("10.78.0.0/24", "fd78::/64"),
  });
  await workspace.startLocal("--hostname=box");
  const execute = (...flags: readonly string[]) => fairlead("execute", SMALL, ...flags);

  await t.test("execute prints every address in the order of its networks, and what the task prints", async () => {
    const command = "--command=echo to stdout; echo to stderr >&2; exit 3";
    const { code, stdout, stderr } = await execute("--name=three", "--networks=green,blue", command);
    assert.equal(code, 1);
    const id = /three-[0-9a-f]{8}/.exec(stdout)?.[0];
    const lines = stdout.split("\n");
    assert.ok(lines.includes("to stdout"), stdout);
    assert.deepEqual(
      lines.filter((line) => line.includes(" TASK_")),
      [
        `${id} is TASK_STARTING`,
        `${id} is TASK_RUNNING, on green 10.76.0.2, blue 10.78.0.2 fd78::2`,
        `${id} is TASK_FAILED: Command exited with status 3`,
      ],
    );
    assert.equal(stderr, "to stderr\n");
  });

  await t.test("execute without networks prints the agent's address", async () => {
    const { code, stdout } = await execute("--name=host", "--command=true");
    assert.equal(code, 0);
    assert.match(stdout, /^host-\S+ is TASK_RUNNING, on 127\.0\.0\.1$/m);
  });

  await t.test("task list shows the newest first, with the addresses that the tasks had", async () => {
    const { code, stdout, stderr } = await fairlead("task", "list");
    assert.deepEqual([code, stderr], [0, ""]);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    assert.match(head!, /^ID +NAME +STATE +AGENT +ADDRESSES$/);
    assert.deepEqual(
      rows.map((row) => row.replace(/^\S+ +(\S+) +(\S+) +\S+ +/, "$1 $2 ")),
      ["host TASK_FINISHED 127.0.0.1", "three TASK_FAILED green 10.76.0.2, blue 10.78.0.2 fd78::2"],
    );
    const { tasks } = JSON.parse((await fairlead("task", "list", "--json")).stdout) as { tasks: { name: string }[] };
    assert.deepEqual(
      tasks.map(({ name }) => name),
      ["host", "three"],
    );
  });

  await t.test("agent list shows where each agent is, and what of it is used", async () => {
    const { code, stdout, stderr } = await fairlead("agent", "list");
    assert.deepEqual([code, stderr], [0, ""]);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    assert.match(head!, /^ID +HOST +ADDRESS +STATE +CPUS +MEM +DISK$/);
    assert.equal(rows.length, 1);
    assert.match(rows[0]!, /^\S+-S0 +box +127\.0\.0\.1:5051 +active +0\/8 +0\/4096 +0\/4096$/);
    const { slaves } = JSON.parse((await fairlead("agent", "list", "--json")).stdout) as {
      slaves: { hostname: string }[];
    };
    assert.deepEqual(
      slaves.map(({ hostname }) => hostname),
      ["box"],
    );
  });
});

test("the network that local brings keeps off what the machine uses", async (t) => {
  const workspace = new Workspace(t);
  await run("ip", "link", "add", "used", "type", "bridge");
  t.after(() => run("ip", "link", "delete", "used"));
  await run("ip", "address", "add", "10.77.0.1/16", "dev", "used");
  await run("ip", "link", "set", "used", "up");
  await run("ip", "route", "add", "10.177.0.0/17", "dev", "used");
  const before = machine(workspace);
  const local = workspace.start("local", [
    `--work_dir=${workspace.path("work")}`,
    `--runtime_dir=${workspace.runtimeDir}`,
    `--cgroups_root=${workspace.cgroupsRoot}`,
  ]);
  await local.line(/^ready /);
  const { stdout } = await fairlead("execute", SMALL, "--networks=fairlead", "--command=ping -c1 -W5 10.77.0.1");
  assert.match(stdout, /is TASK_RUNNING, on fairlead 10\.177\.128\.\d+$/m);
  assert.match(stdout, /is TASK_FINISHED/, stdout);
  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(machine(workspace), before);
});

test("a local with a flag that is refused starts nothing", async (t) => {
  const workspace = new Workspace(t);
  const before = machine(workspace);
  for (const [flag, code] of [
    ["--acls={}", "FLAG_NOT_ENFORCED"],
    ["--authenticate_agents", "FLAG_NOT_ENFORCED"],
    ["--credentials=/c", "FLAG_NOT_ENFORCED"],
    ["--zk=zk://127.0.0.1:2181/mesos", "FLAG_UNSUPPORTED"],
    ["--network_cni_root_dir_persist", "FLAG_UNSUPPORTED"],
    ["--resources=cpus", "FLAG_INVALID"],
    ["--network_cni_plugins_dir=/none", "FLAG_INVALID"],
    ["--isolation=network/port_mapping", "ISOLATION_INVALID"],
  ] as const) {
    const ended = await fairlead("local", `--work_dir=${workspace.path("work")}`, ...directories(workspace), flag);
    assert.equal(ended.code, 1, flag);
    assert.equal(ended.stdout, "", flag);
    const last = ended.stderr.trimEnd().split("\n").at(-1)!;
    assert.match(last, new RegExp(`^fairlead local: ${code}: `), flag);
    assert.ok(last.includes(flag.replace(/=.*/, "").slice(2)) || last.includes("port_mapping"), last);
    assert.deepEqual(machine(workspace), before, flag);
    // isolators are looked at when their agent is put together
    if (code !== "ISOLATION_INVALID") assert.equal(existsSync(workspace.path("work", "meta")), false, flag);
  }
});

function directories({ runtimeDir, cgroupsRoot }: Workspace): string[] {
  return [`--runtime_dir=${runtimeDir}`, `--cgroups_root=${cgroupsRoot}`];
}
