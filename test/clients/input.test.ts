import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "./wire/ask.ts";
import { scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const JSON_HEADERS = { "Content-Type": "application/json" };
const BASIC = `Basic ${Buffer.from("user:secret").toString("base64")}`;

/** A FrameworkInfo of a library that sends every field that it knows. */
const NULLS = {
  id: null,
  role: null,
  hostname: null,
  principal: null,
  webui_url: null,
  failover_timeout: null,
  checkpoint: null,
  labels: null,
  offer_filters: null,
};

test("what clients send", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();

  await t.test("rule 6: null is unset, in SUBSCRIBE and in a task", async () => {
    await using framework = await WireFramework.subscribe({
      info: NULLS,
      subscribe: { suppressed_roles: null, offer_constraints: null },
    });
    await framework.launch(
      task("nulls", "true", {
        executor: null,
        container: null,
        health_check: null,
        check: null,
        kill_policy: null,
        data: null,
        labels: null,
        discovery: null,
        max_completion_time: null,
        limits: null,
        command: { value: "true", user: null, shell: null, arguments: null, uris: null, environment: null },
        resources: [
          { ...scalar("cpus", 0.1), ranges: null, set: null, role: null, reservations: null, disk: null },
          scalar("mem", 32),
        ],
      }),
    );
    await framework.update("nulls", "TASK_FINISHED");
  });

  await t.test("rule 6: null is unset, so that a required field is missing then", async () => {
    const body = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: null, name: "x" } } });
    const answer = await ask({ path: "/api/v1/scheduler", headers: JSON_HEADERS, body });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /Missing required fields: .*user/);
  });

  await t.test("rule 6: null in the place of a sub-message of a call", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.call({ type: "REVIVE", revive: null, accept: null, subscribe: null });
    assert.match((await framework.ask({ type: "KILL", kill: null })).text, /Expecting 'kill' to be present/);
  });

  await t.test("rule 6: a body may come in chunks, without a length", async () => {
    const text = JSON.stringify({ type: "GET_HEALTH" });
    const body = [...text].map((char) => Buffer.from(char));
    const answer = await ask({ path: "/api/v1", headers: JSON_HEADERS, body });
    assert.deepEqual([answer.status, answer.text], [200, '{"type":"GET_HEALTH","get_health":{"healthy":true}}']);
  });

  await t.test("a body may come compressed", async () => {
    const headers = { ...JSON_HEADERS, "Content-Encoding": "gzip" };
    const answer = await ask({ path: "/api/v1", headers, body: gzipSync('{"type":"GET_HEALTH"}') });
    assert.equal(answer.status, 200);
  });

  await t.test("a large answer comes compressed to those who say that they can read it", async () => {
    const plain = await ask({ path: "/state" });
    const small = await ask({ path: "/state", headers: { "Accept-Encoding": "gzip" } });
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.equal(small.headers["content-encoding"], "gzip");
    assert.ok(small.body.length < plain.body.length);
  });

  await t.test("rule 19: 64-bit integers may be texts, and numbers and booleans too", async () => {
    await using framework = await WireFramework.subscribe({ info: { failover_timeout: "60", checkpoint: "true" } });
    await framework.launch(
      task("texts", "sleep 1000", {
        resources: [
          { name: "cpus", type: "SCALAR", scalar: { value: "0.1" } },
          scalar("mem", 32),
          { name: "ports", type: "RANGES", ranges: { range: [{ begin: "31000", end: "31001" }] } },
        ],
        kill_policy: { grace_period: { nanoseconds: "1000000000" } },
      }),
    );
    await framework.update("texts", "TASK_RUNNING");
    const { tasks } = JSON.parse((await ask({ path: "/tasks?task_id=texts" })).text) as {
      tasks: { resources: { cpus: number; ports: string } }[];
    };
    assert.deepEqual([tasks[0]?.resources.cpus, tasks[0]?.resources.ports], [0.1, "[31000-31001]"]);
    await framework.kill("texts", { kill_policy: { grace_period: { nanoseconds: "5000000000" } } });
    await framework.update("texts", "TASK_KILLED");
  });

  await t.test("rule 19: integers that a double cannot hold are taken to the last digit", async () => {
    await using framework = await WireFramework.subscribe();
    const nanoseconds = "9007199254740993";
    await framework.launch(task("precise", "sleep 1000", { kill_policy: { grace_period: { nanoseconds } } }));
    await framework.update("precise", "TASK_RUNNING");
    const state = await ask({ path: "/api/v1", headers: JSON_HEADERS, body: '{"type":"GET_TASKS"}' });
    assert.match(state.text, new RegExp(`"kill_policy":\\{"grace_period":\\{"nanoseconds":${nanoseconds}\\}\\}`));
  });

  for (const authorization of [BASIC, `Basic ${Buffer.from(":").toString("base64")}`, "Basic", "Bearer x"]) {
    await t.test(`rule 19: Authorization '${authorization}' is ignored while authentication is off`, async () => {
      const headers = { Authorization: authorization };
      for (const port of [MASTER_PORT, AGENT_PORT]) {
        for (const path of ["/state", "/health", "/metrics/snapshot", "/version"]) {
          assert.equal((await ask({ port, path, headers })).status, 200, path);
        }
        const call = await ask({
          port,
          path: "/api/v1",
          headers: { ...headers, ...JSON_HEADERS },
          body: '{"type":"GET_HEALTH"}',
        });
        assert.equal(call.status, 200);
      }
      await using framework = await WireFramework.subscribe({ headers });
      assert.equal(framework.events[0]?.type, "SUBSCRIBED");
    });
  }

  await t.test("rule 19: REVIVE and SUPPRESS without their sub-message are for all roles", async () => {
    await using framework = await WireFramework.subscribe({ info: { roles: ["a", "b"] } });
    await framework.decline(await framework.offer(), { refuse_seconds: 100_000 });
    await framework.call({ type: "SUPPRESS" });
    await framework.call({ type: "REVIVE" });
    // that of the other role, or the same again
    await framework.offer();
  });

  await t.test("fields that nobody knows are ignored, and enum values too", async () => {
    await using framework = await WireFramework.subscribe({
      info: { capabilities: [{ type: "OF_THE_FUTURE" }, { type: "MULTI_ROLE" }], favourite_colour: "blue" },
    });
    await framework.offer();
  });

  await t.test("one object in the place of a list is a list of it", async () => {
    await using framework = await WireFramework.subscribe({ info: { capabilities: { type: "MULTI_ROLE" } } });
    assert.equal((await framework.offer()).allocation_info?.role, "*");
  });

  await t.test("a Content-Type with a charset is taken", async () => {
    const headers = { "Content-Type": "application/json; charset=utf-8" };
    assert.equal((await ask({ path: "/api/v1", headers, body: '{"type":"GET_HEALTH"}' })).status, 200);
  });
});
