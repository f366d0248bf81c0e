import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeRecord, internal, TaskState } from "@fairlead/mesos-api";
import { type Answer, ask } from "../clients/wire/ask.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TestFramework } from "../support/framework.ts";
import { Workspace } from "../support/workspace.ts";
import { encodeCall, rawAgent, registration } from "./raw-agent.ts";

inHostLikeNamespaces(import.meta.filename);

const SECRET = `s3cret-${randomBytes(12).toString("hex")}`;

test("the secret that agents share with their master", async (t) => {
  const workspace = new Workspace(t);
  const file = (name: string, content: string) => {
    const path = workspace.path(name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const secretFile = file("secret", `${SECRET}\n`);
  const logs = workspace.path("logs");
  const talkative = ["--logging_level=DEBUG", `--log_dir=${logs}`];
  const master = await workspace.startMaster(`--agent_secret=${secretFile}`, ...talkative);

  for (const [what, flags] of [
    ["none", []],
    ["another one", [`--agent_secret=${file("wrong", "something-else")}`]],
    ["one that begins the same", [`--agent_secret=${file("longer", `${SECRET}x`)}`]],
    ["one that is a part", [`--agent_secret=${file("shorter", SECRET.slice(0, -1))}`]],
  ] as const) {
    await t.test(`${what}: the agent is refused, says so, and ends`, async () => {
      const agent = workspace.startAgent("--port=0", ...flags);
      assert.equal((await agent.exited).code, 1);
      assert.match(
        agent.log.at(-1) ?? "",
        /AGENT_REFUSED: the master answers 401: The agent did not present the secret of this cluster; /,
      );
    });
  }

  await t.test("by hand: 401, before anything else of the registration is looked at", async () => {
    for (const authorization of [
      "",
      "Bearer",
      "Bearer ",
      `Basic ${SECRET}`,
      `Bearer ${SECRET} `.repeat(2),
      `Bearer ${SECRET.toUpperCase()}`,
      SECRET,
    ]) {
      const headers: Record<string, string> = authorization === "" ? {} : { Authorization: authorization };
      for (const body of [encodeCall(registration()), encodeCall(registration({ protocolVersion: 99 }))]) {
        assertRefused(await rawAgent.refused(body, headers));
      }
    }
  });

  await t.test("without a registration nothing else is taken, whatever the stream is called", async () => {
    const pong = encodeRecord(encodeCall({ type: internal.AgentCall_Type.PONG }));
    for (const streamId of ["", "0", SECRET, "00000000-0000-0000-0000-000000000000"]) {
      const answer = await rawAgent.call(streamId, pong);
      assert.ok(answer.status >= 400 && answer.status < 500, `${streamId}: ${answer.status} ${answer.text}`);
    }
    const smuggled = encodeRecord(encodeCall(registration()));
    assert.equal((await rawAgent.call("0", smuggled)).status, 400);
    const { agents = [] } = (await operator(5050, "GET_AGENTS")) as { agents?: object[] };
    assert.deepEqual(agents, []);
  });

  const agent = await workspace.startRegisteredAgent(`--agent_secret=${secretFile}`, ...talkative);
  await t.test("the right one: registered, and it runs tasks", async () => {
    const framework = new TestFramework("127.0.0.1:5050");
    await framework.subscribe();
    await framework.launch(shellTask("curious", "env; tr '\\0' '\\n' </proc/self/environ; ps -eo args"));
    await framework.update("curious", TaskState.TASK_FINISHED);
    await framework.teardown();
  });

  await t.test("nobody is told it", async () => {
    assert.deepEqual(filesWith(SECRET, workspace.directory), [secretFile, workspace.path("longer")].sort());
    assert.ok(readdirSync(logs).length === 2, "both have written their logs");
    for (const [server, port] of [
      [master, 5050],
      [agent, 5051],
    ] as const) {
      assert.ok(!server.log.join("\n").includes(SECRET), "its log");
      for (const what of ["cmdline", "environ"]) {
        assert.ok(!readFileSync(`/proc/${server.pid}/${what}`, "utf8").includes(SECRET), what);
      }
      for (const path of ["/flags", "/state", "/metrics/snapshot", "/version"]) {
        const answer = await ask({ port, path });
        assert.equal(answer.status, 200, path);
        assert.ok(!answer.text.includes(SECRET), path);
      }
      for (const type of ["GET_FLAGS", "GET_STATE"]) {
        assert.ok(!JSON.stringify(await operator(port, type)).includes(SECRET), type);
      }
      assert.match((await ask({ port, path: "/flags" })).text, new RegExp(`"agent_secret":"${secretFile}"`));
    }
  });
});

test("without a secret an agent may present one all the same", async (t) => {
  const workspace = new Workspace(t);
  writeFileSync(workspace.path("secret"), SECRET, { mode: 0o600 });
  await workspace.startMaster();
  await workspace.startRegisteredAgent(`--agent_secret=${workspace.path("secret")}`);
});

function assertRefused({ status, text }: Answer): void {
  assert.deepEqual([status, text], [401, "The agent did not present the secret of this cluster"]);
}

async function operator(port: number, type: string): Promise<object> {
  const headers = { "Content-Type": "application/json" };
  const answer = await ask({ port, path: "/api/v1", headers, body: JSON.stringify({ type }) });
  assert.equal(answer.status, 200, answer.text);
  return Object.values(JSON.parse(answer.text) as object).find((value) => typeof value === "object") as object;
}

/** The files below a directory that hold a text. */
function filesWith(text: string, directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text))
    .sort();
}
