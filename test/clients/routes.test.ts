import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, getJson, MASTER_PORT } from "./wire/ask.ts";
import { task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const JSON_HEADERS = { "Content-Type": "application/json" };

interface Slaves {
  readonly slaves: readonly { readonly id: string }[];
}
interface Tasks {
  readonly tasks: readonly { readonly id: string; readonly framework_id: string }[];
}

test("routes", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();
  await using framework = await WireFramework.subscribe();
  await framework.launch(task("first", "sleep 1000"));
  await framework.update("first", "TASK_RUNNING");
  await framework.launch(task("second", "true"));
  await framework.update("second", "TASK_FINISHED");
  await framework.call({ type: "SUPPRESS" });
  const agentId = (await getJson<Slaves>("/slaves")).slaves[0]!.id;

  for (const path of ["/api/v1", "/master/api/v1", "/api/v1/", "/api/v1/operator", "/api/v1/a/b"]) {
    await t.test(`rule 2: ${path} is the operator API`, async () => {
      const answer = await ask({ path, headers: JSON_HEADERS, body: '{"type":"GET_HEALTH"}' });
      assert.deepEqual([answer.status, answer.text], [200, '{"type":"GET_HEALTH","get_health":{"healthy":true}}']);
    });
  }

  for (const path of ["/api/v1/scheduler", "/master/api/v1/scheduler", "/api/v1/scheduler/"]) {
    await t.test(`rule 2: ${path} is the scheduler API`, async () => {
      const answer = await ask({ path, headers: JSON_HEADERS, body: '{"type":"SUBSCRIBE"}' });
      assert.equal(answer.text, "Failed to validate scheduler::Call: Expecting 'subscribe' to be present");
    });
  }

  for (const path of [
    "/state",
    "/state/",
    "//state",
    "/master/state",
    "/master/state/",
    "/state.json",
    "/master/state.json",
    "/state/whatever",
  ]) {
    await t.test(`rule 2, rule 22: ${path} is the state of the master`, async () => {
      assert.equal((await getJson<{ leader: string }>(path)).leader, `master@127.0.0.1:${MASTER_PORT}`);
    });
  }

  for (const path of ["/state", "/slave(1)/state", "/slave%281%29/state", "/slave(1)/state/"]) {
    await t.test(`rule 2: ${path} is the state of the agent`, async () => {
      assert.equal((await getJson<{ id: string }>(path, AGENT_PORT)).id, agentId);
    });
  }

  for (const path of ["/containers/", "/slave(1)/containers", "/containers?framework_id=none"]) {
    await t.test(`rule 2: ${path} lists containers of the agent`, async () => {
      assert.ok(Array.isArray(await getJson(path, AGENT_PORT)));
    });
  }

  for (const method of ["GET", "POST", "PUT"]) {
    for (const path of [
      `/slaves/${agentId}`,
      `/master/slaves/${agentId}/`,
      `/slaves?slave_id=${agentId}`,
      "/slaves/",
    ]) {
      await t.test(`rule 2, rule 19: ${method} ${path.replace(agentId, "ID")}`, async () => {
        const answer = await ask({ path, method });
        assert.equal(answer.status, 200);
        assert.deepEqual(
          (JSON.parse(answer.text) as Slaves).slaves.map(({ id }) => id),
          [agentId],
        );
      });
    }
    await t.test(`rule 2: ${method} of an agent that is not there is an empty list`, async () => {
      const answer = await ask({ path: "/slaves/none", method });
      assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { slaves: [], recovered_slaves: [] }]);
    });

    for (const path of ["/tasks", "/tasks/", "/tasks/x", "/master/tasks"]) {
      await t.test(`rule 2: ${method} ${path}`, async () => {
        const answer = await ask({ path, method });
        const ids = (JSON.parse(answer.text) as Tasks).tasks.map(({ id }) => id);
        assert.deepEqual([answer.status, ids.toSorted()], [200, ["first", "second"]]);
      });
    }
    await t.test(`rule 19: ${method} /tasks/?task_id=&framework_id= selects one`, async () => {
      const path = `/tasks/?task_id=second&framework_id=${framework.id}`;
      const { tasks } = JSON.parse((await ask({ path, method })).text) as Tasks;
      assert.deepEqual(
        tasks.map((found) => [found.id, found.framework_id]),
        [["second", framework.id]],
      );
    });
  }

  await t.test("rule 19: a call for /tasks may have a body, of any type", async () => {
    const answer = await ask({ path: "/tasks", headers: JSON_HEADERS, body: "{}" });
    assert.equal((JSON.parse(answer.text) as Tasks).tasks.length, 2);
  });

  for (const [query, expected] of [
    ["order=asc&limit=-1", ["first", "second"]],
    ["order=asc", ["first", "second"]],
    ["", ["second", "first"]],
    ["order=desc", ["second", "first"]],
    ["order=asc&limit=1", ["first"]],
    ["order=asc&offset=1", ["second"]],
    ["order=asc&limit=many&offset=x", ["first", "second"]],
    [`framework_id=none`, []],
  ] as const) {
    await t.test(`rule 13: /tasks?${query}`, async () => {
      const { tasks } = await getJson<Tasks>(`/tasks?${query}`);
      assert.deepEqual(
        tasks.map(({ id }) => id),
        expected,
      );
    });
  }

  for (const path of [
    "/master/frameworks/",
    "/frameworks",
    `/frameworks?framework_id=${framework.id}`,
    "/frameworks/x",
  ]) {
    await t.test(`rule 2: ${path.replace(framework.id, "ID")}`, async () => {
      const { frameworks } = await getJson<{ frameworks: { id: string }[] }>(path);
      assert.deepEqual(
        frameworks.map(({ id }) => id),
        [framework.id],
      );
    });
  }

  for (const port of [MASTER_PORT, AGENT_PORT]) {
    await t.test(`rule 2: what does not exist on port ${port} is 404`, async () => {
      for (const path of ["/nothing", "/master2/state", "/slaves2", "/api/v2", "/api", "/..", "/state/../version"]) {
        const answer = await ask({ port, path });
        assert.deepEqual([answer.status, answer.text], [404, "404 Not Found."], path);
        assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
      }
    });

    await t.test(`rule 10: /version of port ${port} can be asked first, by anybody`, async () => {
      const version = await getJson<{ version: string; build_date: string; build_time: number }>("/version", port);
      assert.match(version.version, /^\d+\.\d+\.\d+$/);
      assert.match(version.build_date, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.ok(version.build_time > 0);
    });
  }

  const directory = (
    await getJson<{ frameworks: { executors: { id: string; directory: string }[] }[] }>("/state", AGENT_PORT)
  ).frameworks[0]!.executors.find(({ id }) => id === "first")!.directory;
  for (const [port, path] of [
    [MASTER_PORT, "/state"],
    [MASTER_PORT, "/metrics/snapshot"],
    [MASTER_PORT, "/roles"],
    [MASTER_PORT, "/slaves"],
    [MASTER_PORT, "/tasks"],
    [MASTER_PORT, "/frameworks"],
    [MASTER_PORT, "/version"],
    [AGENT_PORT, "/state"],
    [AGENT_PORT, "/metrics/snapshot"],
    [AGENT_PORT, "/monitor/statistics"],
    [AGENT_PORT, "/containers"],
    [AGENT_PORT, `/files/browse?path=${directory}`],
    [AGENT_PORT, `/files/read?path=${directory}/stdout&offset=0`],
  ] as const) {
    await t.test(`rule 10: JSONP of ${path.replace(directory, "SANDBOX")} on port ${port}`, async () => {
      const separator = path.includes("?") ? "&" : "?";
      const answer = await ask({ port, path: `${path}${separator}jsonp=angular.callbacks._0` });
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "text/javascript"]);
      const call = /^angular\.callbacks\._0\((.*)\)$/s.exec(answer.text);
      assert.ok(call, answer.text.slice(0, 100));
      JSON.parse(call[1]!);
    });
  }
});
