import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import type { FairleadProcess } from "../support/fairlead-process.ts";
import { addressesOf, shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const HIERARCHY = "/sys/fs/cgroup";

/** Resources by which a task finds its agent. */
const OF_OURS = "cpus:0.1;mem:32";
const OF_NEIGHBOUR = "cpus:6;mem:32";

test("what is not its own survives start, recovery, clean-up and stop of an agent", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.85.0.0/24");
  await workspace.startMaster();

  // a neighbour on the same machine: the same master, cgroups root, network and addresses; a name that begins like ours
  const neighbourRun = `${workspace.runtimeDir}-2`;
  const ours = ["--resources=cpus:2;mem:1024;ports:[31000-31099]"];
  const neighbour = await workspace.startRegisteredAgent(
    "--port=5052",
    `--work_dir=${workspace.path("agent")}-2`,
    `--runtime_dir=${neighbourRun}`,
    "--resources=cpus:8;mem:1024;ports:[31100-31199]",
  );
  let agent = await workspace.startRegisteredAgent(...ours);
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  const launch = async (id: string, resources: string) => {
    await framework.launch(shellTask(id, "sleep 10000", { networks: ["blue"], resources }));
    const status = await framework.update(id, TaskState.TASK_RUNNING, ...TERMINAL_STATES);
    assert.equal(TaskState[status.state], "TASK_RUNNING", status.message);
    return { containerId: status.containerStatus!.containerId!.value, address: addressesOf(status)[0]! };
  };
  const theirs = await launch("theirs", OF_NEIGHBOUR);
  assert.ok(existsSync(join(neighbourRun, "containers", theirs.containerId)), "it runs on the neighbour");
  const initOfTheirs = Number(readFileSync(join(neighbourRun, "containers", theirs.containerId, "init.pid"), "utf8"));

  const foreign = await makeForeign(t, workspace);
  const assertAlive = async (when: string): Promise<void> => {
    for (const [what, { pid }] of foreign.processes)
      assert.doesNotThrow(() => process.kill(pid!, 0), `${when}: ${what}`);
    for (const directory of foreign.directories) assert.ok(existsSync(directory), `${when}: ${directory}`);
    assert.deepEqual(readdirSync(foreign.notAContainer), ["file"], when);
    for (const cgroup of foreign.cgroups) {
      assert.deepEqual(
        readFileSync(join(cgroup, "cgroup.procs"), "utf8").trim(),
        String(foreign.processes.get("in a cgroup")!.pid),
        when,
      );
    }
    for (const pin of foreign.pins)
      assert.equal(
        await run("nsenter", `--net=${pin}`, "ip", "-o", "link", "show", "lo").then((text) => /\blo:/.test(text)),
        true,
        when,
      );
    assert.match(
      await run("iptables-save", "-t", "nat"),
      /-A FOREIGN -s 10\.85\.0\.2\/32 .*--comment "?fairlead blue"? -j RETURN/,
      when,
    );
    // the neighbour's task: the process, its network, its address
    assert.doesNotThrow(() => process.kill(initOfTheirs, 0), when);
    const pin = join(neighbourRun, "isolators/network/cni", theirs.containerId, "ns");
    assert.match(
      await run("nsenter", `--net=${pin}`, "ip", "-4", "-o", "address", "show", "eth0"),
      new RegExp(` ${theirs.address}/24 `),
      when,
    );
    await run("ping", "-c", "1", "-W", "5", theirs.address);
    assert.ok(existsSync(join(workspace.addressDir, "blue", theirs.address)), `${when}: its address is not free`);
    const theirState = framework.updates.filter(({ taskId }) => taskId?.value === "theirs").at(-1)!.state;
    assert.equal(TaskState[theirState], "TASK_RUNNING", when);
  };
  await assertAlive("at the beginning");

  await t.test("a kill of a task of ours", async () => {
    await launch("one", OF_OURS);
    await framework.kill("one");
    await framework.update("one", TaskState.TASK_KILLED);
    await assertAlive("after a kill");
  });

  await t.test("a crash, and the recovery of what runs on", async () => {
    const { address } = await launch("two", OF_OURS);
    await agent.end("SIGKILL");
    agent = await workspace.startRegisteredAgent(...ours);
    await run("ping", "-c", "1", "-W", "5", address);
    await assertAlive("after a recovery");
  });

  await t.test("orphans: the agent has forgotten its tasks, and takes down what is its own", async () => {
    const { containerId } = await launch("three", OF_OURS);
    await agent.end("SIGKILL");
    const cleanUp = startCleanUp(workspace, ours);
    assert.equal((await cleanUp.exited).code, 0, cleanUp.log.join("\n"));
    assert.deepEqual(readdirSync(join(workspace.runtimeDir, "containers")), ["not a container"]);
    assert.ok(!existsSync(workspace.cniPath(containerId)));
    await assertAlive("after a clean-up");
  });

  await t.test("a stop with nothing left to do", async () => {
    agent = await workspace.startRegisteredAgent(...ours);
    await launch("four", OF_OURS);
    await framework.kill("four");
    await framework.update("four", TaskState.TASK_KILLED);
    assert.equal((await agent.end("SIGTERM")).code, 0);
    await assertAlive("after a stop");
  });

  await t.test("the neighbour sees its own task to its end", async () => {
    await framework.kill("theirs");
    await framework.update("theirs", TaskState.TASK_KILLED);
    assert.ok(neighbour.log.length > 0);
    await poll(() => !existsSync(join(workspace.addressDir, "blue", theirs.address)));
    await framework.teardown();
  });
});

interface Foreign {
  readonly processes: ReadonlyMap<string, ChildProcess>;
  readonly cgroups: readonly string[];
  readonly directories: readonly string[];
  readonly pins: readonly string[];
  /** In the directory of the containers, but none. */
  readonly notAContainer: string;
}

/** Things that look like an agent's, and are somebody else's; all of them go with the test, by what was made here. */
async function makeForeign(t: TestContext, workspace: Workspace): Promise<Foreign> {
  // outside of the workspace, which is removed first, and left where something is mounted in it
  const elsewhere = mkdtempSync(join(tmpdir(), "fairlead-foreign-"));
  const id = randomUUID();
  const bundle = join(elsewhere, "containers", id, "bundle");
  mkdirSync(bundle, { recursive: true });
  const program = (env: NodeJS.ProcessEnv, argv0: string, ...more: readonly string[]): ChildProcess => {
    const child = spawn("bash", ["-c", "while :; do sleep 1000; done", ...more], {
      argv0,
      env: { ...process.env, ...env },
      stdio: "ignore",
      detached: true,
    });
    // the sleep below it, too
    t.after(() => process.kill(-child.pid!, "SIGKILL"));
    return child;
  };
  const processes = new Map([
    ["a conmon of another engine", program({}, "conmon", "--cid", id, "--bundle", bundle)],
    [
      "a runtime of another agent",
      program({}, "crun", `--root=${workspace.runtimeDir}-2/containers/${id}/runtime`, "start", id),
    ],
    [
      "a plugin of another agent",
      program({ CNI_NETNS: `${workspace.runtimeDir}-2/isolators/network/cni/${id}/ns`, CNI_COMMAND: "ADD" }, "bridge"),
    ],
    ["a plugin of another engine", program({ CNI_NETNS: "/run/netns/somebody", CNI_COMMAND: "ADD" }, "bridge")],
    ["in a cgroup", spawn("sleep", ["10000"], { stdio: "ignore" })],
  ]);
  const inCgroup = processes.get("in a cgroup")!;
  t.after(() => inCgroup.kill("SIGKILL"));

  // below the very root that the agents use, under the id of a container that is nobody's
  const cgroups = ["pids", "memory", "freezer"].map((controller) =>
    join(HIERARCHY, controller, workspace.cgroupsRoot, id),
  );
  for (const cgroup of cgroups) {
    mkdirSync(cgroup, { recursive: true });
    writeFileSync(join(cgroup, "cgroup.procs"), String(inCgroup.pid));
  }
  t.after(async () => {
    inCgroup.kill("SIGKILL");
    for (const cgroup of cgroups) {
      await poll(() => readFileSync(join(cgroup, "cgroup.procs"), "utf8") === "");
      rmdirSync(cgroup);
      try {
        rmdirSync(join(cgroup, ".."));
      } catch {
        // the agents have taken theirs away already, or will
      }
    }
  });

  // in the mount and network namespaces of this file, which end with it
  const pin = join(elsewhere, "netns");
  writeFileSync(pin, "");
  await run("unshare", `--net=${pin}`, "--", "ip", "link", "set", "lo", "up");
  t.after(async () => {
    await run("umount", pin);
    rmSync(elsewhere, { recursive: true });
  });
  for (const rule of [
    ["-N", "FOREIGN"],
    ["-A", "FOREIGN", "-s", "10.85.0.2/32", "-m", "comment", "--comment", "fairlead blue", "-j", "RETURN"],
  ]) {
    await run("iptables", "-t", "nat", ...rule);
  }
  const notAContainer = join(workspace.runtimeDir, "containers", "not a container");
  mkdirSync(notAContainer);
  writeFileSync(join(notAContainer, "file"), "");
  return { processes, cgroups, directories: [bundle], pins: [pin], notAContainer };
}

function startCleanUp(workspace: Workspace, flags: readonly string[]): FairleadProcess {
  return workspace.startAgent(...flags, "--recover=cleanup");
}
