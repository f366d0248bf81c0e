import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { suite, test } from "node:test";
import { AGENT_FLAGS } from "fairlead/cli/flags/agent-flags.ts";
import type { FlagSpec, FlagTable } from "fairlead/cli/flags/flag.ts";
import { MASTER_FLAGS } from "fairlead/cli/flags/master-flags.ts";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { refused } from "../support/refused.ts";
import { untilServing, Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

/** An address of this machine by which others would reach it. */
const OUTWARD = "192.0.2.10";

/** For flags that take more than a text. */
const VALUES: Readonly<Record<string, string>> = {
  boolean: "true",
  JSON: "{}",
  path: "/some/where",
  text: "something",
};

/** Flags that ask for a protection, each with a value that asks for it; that older names mean the same is for the unit tests. */
function protections(table: FlagTable): [name: string, value: string][] {
  return Object.entries<FlagSpec>(table).flatMap(([name, { kind, standing }]) =>
    standing.is === "refused" && standing.code === "FLAG_NOT_ENFORCED" ? [[name, VALUES[kind.word]!]] : [],
  );
}

suite("a server that would pretend to protect does not start", { concurrency: 3 }, () => {
  for (const [command, flags, needed] of [
    ["master", protections(MASTER_FLAGS), ["--registry=in_memory"]],
    ["agent", protections(AGENT_FLAGS), ["--master=127.0.0.1:5050", "--work_dir=/nowhere/at/all"]],
    // its flags are those of the two
    ["local", [["acls", "{}"]], ["--work_dir=/nowhere/at/all"]],
  ] as const) {
    for (const [name, value] of flags) {
      test(`${command} --${name}`, async () => {
        const line = await refused(command, [...needed, `--${name}=${value}`]);
        assert.match(
          line,
          new RegExp(`^fairlead ${command}: FLAG_NOT_ENFORCED: --${name} is refused: .+; remove the flag$`),
        );
      });
    }
    for (const [variable, text, line] of [
      ["LIBPROCESS_SSL_ENABLED", "1", /^\S+ \w+: FLAG_NOT_ENFORCED: LIBPROCESS_SSL_ENABLED is refused: .+; unset it$/],
      ["MESOS_AUTHENTICATE_HTTP_READWRITE", "true", /FLAG_NOT_ENFORCED: --authenticate_http_readwrite is refused/],
    ] as const) {
      test(`${command} with ${variable}`, async () =>
        assert.match(await refused(command, needed, { [variable]: text }), line));
    }
  }
  test("a flag whose value stands in a file", async (t) => {
    const workspace = new Workspace(t);
    workspace.network({ name: "acls" }, "acls.json");
    const acls = `--acls=file://${workspace.path("net.d/acls.json")}`;
    assert.match(await refused("master", ["--registry=in_memory", acls]), /FLAG_NOT_ENFORCED: --acls is refused/);
  });
});

test("what was refused has made nothing", () => assert.ok(!existsSync("/nowhere")));

test("without --ip only this machine can connect to master and agent, and the log says how to change it", async (t) => {
  await run("ip", "link", "add", "outward", "type", "bridge");
  await run("ip", "address", "add", `${OUTWARD}/24`, "dev", "outward");
  await run("ip", "link", "set", "outward", "up");
  const workspace = new Workspace(t);
  const master = workspace.start("master", ["--registry=in_memory"]);
  await untilServing("http://127.0.0.1:5050/health", master);
  const agent = workspace.start("agent", [
    "--master=127.0.0.1:5050",
    `--work_dir=${workspace.path("agent")}`,
    ...workspace.agentFlags(),
  ]);
  await agent.line(/"the agent is registered"/);
  for (const [server, port] of [
    [master, 5050],
    [agent, 5051],
  ] as const) {
    await server.line(/give --ip=ADDRESS .*to let others in/);
    assert.deepEqual(await listeners(port), [`127.0.0.1:${port}`]);
    assert.equal(await connectError(OUTWARD, port), "ECONNREFUSED");
    assert.equal(await connectError("127.0.0.1", port), undefined);
  }
});

test("local binds loopback, too, and its agents", async (t) => {
  const workspace = new Workspace(t);
  const flags = ["--agents=2", `--work_dir=${workspace.path("work")}`, ...workspace.agentFlags()];
  const local = workspace.start("local", flags);
  await local.line(/^ready http:\/\/127\.0\.0\.1:5050$/);
  await local.line(/give --ip=ADDRESS .*to let others in/);
  for (const port of [5050, 5051, 5052]) assert.deepEqual(await listeners(port), [`127.0.0.1:${port}`]);
});

test("an agent has its directories for itself, and so has a master", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster();
  const agent = await workspace.startRegisteredAgent();
  const other = { work: workspace.path("other-work"), run: workspace.path("other-run") };
  for (const [work, runtime, taken] of [
    [workspace.path("agent"), other.run, workspace.path("agent")],
    [other.work, workspace.runtimeDir, workspace.runtimeDir],
  ] as const) {
    const line = await refused("agent", [
      "--master=127.0.0.1:5050",
      "--port=0",
      `--work_dir=${work}`,
      ...workspace.agentFlags().filter((flag) => !flag.startsWith("--runtime_dir")),
      `--runtime_dir=${runtime}`,
    ]);
    assert.match(line, new RegExp(`DIRECTORY_IN_USE: ${taken} is in use by process ${agent.pid};`));
  }
  // the one that came too late has not got so far that it could touch what is not its own
  for (const directory of Object.values(other)) {
    mkdirSync(directory, { recursive: true });
    assert.deepEqual(
      readdirSync(directory).filter((name) => name !== ".lock"),
      [],
    );
  }
  assert.match(
    await refused("master", ["--port=0", `--work_dir=${workspace.path("master")}`]),
    /DIRECTORY_IN_USE: \S+\/master is in use by process \d+;/,
  );
});

/** Where somebody listens on a TCP port, in the network namespace of the test. */
async function listeners(port: number): Promise<string[]> {
  const lines = (await run("ss", "--no-header", "--listening", "--tcp", "--numeric")).trim().split("\n");
  return lines.map((line) => line.split(/\s+/)[3]!).filter((address) => address.endsWith(`:${port}`));
}

async function connectError(host: string, port: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.once("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}
