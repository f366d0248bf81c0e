import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { FAIRLEAD } from "../support/fairlead-process.ts";
import { Workspace } from "../support/workspace.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const SMALL = "--resources=cpus:0.1;mem:32";

test("execute comes back to a master that was killed, and sees its task to the end", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.71.0.0/24");
  const master = await workspace.startMaster();
  const agent = workspace.startAgent();
  await agent.line(/the agent is registered/);
  const execute = workspace.start("execute", [
    "--name=steady",
    "--networks=blue",
    SMALL,
    "--command=until [ -e go ]; do sleep 0.1; done; echo done",
  ]);
  await execute.line(/TASK_RUNNING, on blue 10\.71\.0\./);
  const directory = await sandbox();
  await master.end("SIGKILL");
  await execute.line(/lost the master, trying to come back/);
  await workspace.startMaster();
  await execute.line(
    /TASK_RUNNING/,
    execute.log.findIndex((line) => line.includes("lost the master")),
  );
  writeFileSync(`${directory}/go`, "");
  await execute.line(/TASK_FINISHED/);
  assert.equal((await execute.exited).code, 0, execute.log.join("\n"));
  assert.ok(execute.log.includes("done"), execute.log.join("\n"));
});

async function sandbox(): Promise<string> {
  const state = (await (await fetch("http://127.0.0.1:5051/state")).json()) as {
    frameworks: { executors: { directory: string }[] }[];
  };
  const executor = state.frameworks[0]?.executors[0];
  assert.ok(executor !== undefined);
  return executor.directory;
}

test("a whole task from a file: port mappings, labels, limits of the process", async (t) => {
  const workspace = new Workspace(t);
  workspace.network({
    cniVersion: "1.0.0",
    name: "web",
    plugins: [
      { type: "bridge", bridge: "br-web", isGateway: true, ipMasq: true, ipam: workspace.hostLocal("10.72.0.0/24") },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
  const local = await workspace.startLocal("--isolation=posix/rlimits");
  const file = workspace.path("task.json");
  const task = {
    name: "web",
    task_id: { value: "web-1" },
    command: { value: "ulimit -n; echo served >index.html; exec busybox httpd -f -p 8080 -h ." },
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
      { name: "mem", type: "SCALAR", scalar: { value: 32 } },
    ],
    labels: { labels: [{ key: "app", value: "web" }] },
    container: {
      type: "MESOS",
      network_infos: [{ name: "web", port_mappings: [{ host_port: 31001, container_port: 8080, protocol: "tcp" }] }],
      rlimit_info: { rlimits: [{ type: "RLMT_NOFILE", soft: 77, hard: 88 }] },
    },
  };
  writeFileSync(file, JSON.stringify(task));
  const execute = workspace.start("execute", [`--task=file://${file}`]);
  await execute.line(/^web-1 is TASK_RUNNING, on web 10\.72\.0\./);
  await execute.line(/^77$/);
  let body: string | undefined;
  while (body === undefined) {
    body = await fetch("http://127.0.0.1:31001/")
      .then((answer) => answer.text())
      .catch(() => undefined);
  }
  assert.equal(body, "served\n");
  assert.equal((await execute.end("SIGTERM")).code, 1);
  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null });
});

test("a task whose output nobody reads any more is killed", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  const flags = ["execute", "--name=talker", "--command=while echo line; do sleep 0.1; done", SMALL];
  const execute = spawn(FAIRLEAD, flags, { stdio: ["ignore", "pipe", "pipe"] });
  execute.stdout.once("data", () => execute.stdout.destroy());
  const [errors, [code]] = await Promise.all([text(execute.stderr), once(execute, "close")]);
  assert.equal(code, 1, errors);
  assert.match(errors, /^talker-\S+ is killed: write EPIPE\n/);
  assert.match(errors, /OUTPUT_FAILED/);
  const { tasks } = (await (await fetch("http://127.0.0.1:5050/tasks")).json()) as { tasks: { state: string }[] };
  assert.deepEqual(
    tasks.map(({ state }) => state),
    ["TASK_KILLED"],
  );
});

test("a list that cannot be printed is an error", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster();
  const full = openSync("/dev/full", "w");
  t.after(() => closeSync(full));
  const list = spawn(FAIRLEAD, ["task", "list"], { stdio: ["ignore", full, "pipe"] });
  const [errors, [code]] = await Promise.all([text(list.stderr!), once(list, "close")]);
  assert.match(errors, /^fairlead task list: OUTPUT_FAILED: .*ENOSPC/);
  assert.equal(code, 1);
});

test("an offer that is too small is waited for", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  const execute = workspace.start("execute", ["--name=large", "--command=true", "--resources=cpus:1000"]);
  await execute.line(/^large-\S+ waits for an offer with cpus:1000$/);
  assert.equal((await execute.end("SIGINT")).code, 1);
});

test("both encodings carry a task", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  for (const type of ["json", "protobuf"]) {
    const execute = workspace.start("execute", [`--content_type=${type}`, "--command=echo hello", SMALL]);
    assert.equal((await execute.exited).code, 0, execute.log.join("\n"));
    assert.ok(execute.log.includes("hello"));
  }
});
