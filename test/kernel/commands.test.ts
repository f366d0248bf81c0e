import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { refused } from "../support/refused.ts";
import { untilServing, Workspace } from "../support/workspace.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

test("a command that cannot start says why in one line, with the code and the remedy", async (t) => {
  const workspace = new Workspace(t);
  const dirs = [`--work_dir=${workspace.path("agent")}`, `--runtime_dir=${workspace.runtimeDir}`];
  for (const [command, flags, line] of [
    ["master", ["--work_dri=/x"], /^fairlead master: FLAG_UNKNOWN: .*did you mean --work_dir\?$/],
    ["master", ["--isolation=x"], /^fairlead master: FLAG_UNKNOWN: .*it belongs to fairlead agent$/],
    ["master", [], /^fairlead master: FLAG_INVALID: --work_dir is missing/],
    ["master", ["--acls={}"], /^fairlead master: FLAG_NOT_ENFORCED: --acls is refused: .*; remove the flag$/],
    ["master", ["--zk=zk://a/b"], /^fairlead master: FLAG_UNSUPPORTED: --zk is refused/],
    ["agent", ["--master=m:5050"], /^fairlead agent: FLAG_INVALID: --work_dir is missing/],
    [
      "agent",
      ["--master=m:5050", ...dirs, "--isolation=disk/du"],
      /^fairlead agent: ISOLATION_INVALID: .*; name isolators/,
    ],
    ["agent", ["--master=m:5050", ...dirs, "--resources=cpus"], /^fairlead agent: FLAG_INVALID: --resources: /],
    [
      "agent",
      ["--master=m:5050", ...dirs, "--network_cni_plugins_dir=/usr/lib/cni"],
      /FLAG_INVALID: .*network_cni_config_dir/,
    ],
    [
      "agent",
      ["--master=m:5050", ...dirs, "--network_cni_config_dir=/none", "--network_cni_plugins_dir=/p"],
      /'\/none' does not exist/,
    ],
    ["agent", ["--master=m:5050", ...dirs, "--agent_secret=/none"], /FLAG_INVALID: --agent_secret: ENOENT/],
    ["execute", [], /^fairlead execute: FLAG_INVALID: --command is missing/],
    [
      "execute",
      ["--command=x", "--master=127.0.0.1:1"],
      /^fairlead execute: MASTER_UNREACHABLE: 127\.0\.0\.1:1: .*; start the master/,
    ],
    ["task", ["list", "--master=127.0.0.1:1"], /^fairlead task list: MASTER_UNREACHABLE: /],
  ] as const) {
    assert.match(await refused(command, flags), line);
  }
  assert.match(
    await refused("master", ["--registry=in_memory"], { LIBPROCESS_SSL_ENABLED: "true" }),
    /FLAG_NOT_ENFORCED/,
  );
  assert.match(await refused("agent", ["--master=m:5050"], { MESOS_CREDENTIAL: "/c" }), /--credential is refused/);
});

test("directories and ports that are taken are told", async (t) => {
  const workspace = new Workspace(t);
  const master = await workspace.startMaster();
  const used = `--work_dir=${workspace.path("master")}`;
  assert.match(
    await refused("master", [used, "--port=0"]),
    new RegExp(`DIRECTORY_IN_USE: ${workspace.path("master")} is in use by process ${master.pid}; stop the other`),
  );
  assert.match(
    await refused("master", ["--registry=in_memory"]),
    /ADDRESS_UNAVAILABLE: .*5050.*EADDRINUSE.*; give an address/,
  );
  await master.end("SIGTERM");
  const again = await workspace.startMaster();
  assert.deepEqual(await again.end("SIGTERM"), { code: 0, signal: null });
});

test("without --ip only this machine can connect, and the log says how to change it", async (t) => {
  const workspace = new Workspace(t);
  const master = workspace.start("master", ["--registry=in_memory"]);
  await untilServing("http://127.0.0.1:5050/health", master);
  assert.ok(master.log.some((line) => line.includes("give --ip=ADDRESS")));
  // A name that a page in a browser could have pointed here.
  const foreign = await fetch("http://127.0.0.1:5050/state", {
    headers: { origin: "http://evil.example" },
    method: "POST",
  });
  assert.equal(foreign.status, 403);
  // Nothing but loopback is listened on: the whole of 127/8 but the one address is free.
  await listenOn(t, "127.0.0.2", 5050);
});

async function listenOn(t: TestContext, host: string, port: number): Promise<void> {
  const server = createServer();
  t.after(() => server.close());
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
}

test("flags that have no effect are told once, those that have a value are shown", async (t) => {
  const workspace = new Workspace(t);
  const master = workspace.start("master", ["--registry=in_memory", "--logbufsecs=5"], { MESOS_CLUSTER: "lab" });
  await untilServing("http://127.0.0.1:5050/health", master);
  const told = master.log.filter((line) => line.includes('"flag":"logbufsecs"'));
  assert.equal(told.length, 1);
  const { flags } = (await (await fetch("http://127.0.0.1:5050/flags")).json()) as { flags: Record<string, string> };
  assert.deepEqual([flags.cluster, flags.logbufsecs, flags.port, flags.root_submissions], ["lab", "5", "5050", "true"]);
});

test("an agent with another secret than the master's is refused, and ends", async (t) => {
  const workspace = new Workspace(t);
  for (const name of ["right", "wrong"]) writeFileSync(workspace.path(name), `${name}-secret\n`, { mode: 0o600 });
  await workspace.startMaster(`--agent_secret=${workspace.path("right")}`);
  for (const flags of [[], [`--agent_secret=${workspace.path("wrong")}`]]) {
    const agent = workspace.startAgent(...flags);
    assert.equal((await agent.exited).code, 1);
    assert.match(agent.log.at(-1) ?? "", /^fairlead agent: AGENT_REFUSED: .*; the message tells the master's reason/);
  }
  const agent = workspace.startAgent(`--agent_secret=${workspace.path("right")}`);
  await agent.line(/the agent is registered/);
  const { flags } = (await (await fetch("http://127.0.0.1:5051/flags")).json()) as { flags: Record<string, string> };
  assert.equal(flags.agent_secret, workspace.path("right"), "the file is shown, not what is in it");
  assert.equal((await agent.end("SIGTERM")).code, 0);
});

test("port 0 is a free port", async (t) => {
  const workspace = new Workspace(t);
  const master = workspace.start("master", ["--registry=in_memory", "--port=0"]);
  const [, port] = await master.line(/"port":(\d+),"masterId"/);
  assert.notEqual(port, "0");
  const state = (await (await fetch(`http://127.0.0.1:${port}/state`)).json()) as { pid: string };
  assert.equal(state.pid, `master@127.0.0.1:${port}`);
});
