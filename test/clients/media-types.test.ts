import assert from "node:assert/strict";
import { test } from "node:test";
import { agent, master } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "./wire/ask.ts";
import { decode, ENCODINGS, encode, MEDIA_TYPES } from "./wire/encoding.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const SERVERS = [
  {
    name: "master",
    port: MASTER_PORT,
    api: master,
    documents: ["/state", "/slaves", "/tasks", "/frameworks", "/roles", "/state-summary"],
    calls: ["GET_HEALTH", "GET_VERSION", "GET_STATE", "GET_AGENTS", "GET_TASKS"],
    unserved: ["GET_QUOTA", "GET_MAINTENANCE_SCHEDULE"],
  },
  {
    name: "agent",
    port: AGENT_PORT,
    api: agent,
    documents: ["/state", "/containers", "/monitor/statistics"],
    calls: ["GET_HEALTH", "GET_VERSION", "GET_STATE", "GET_CONTAINERS"],
    unserved: ["GET_RESOURCE_PROVIDERS"],
  },
] as const;

test("types of answers", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();

  for (const { name, port, api, documents, calls, unserved } of SERVERS) {
    await t.test(
      `rule 17: documents of the ${name} are application/json without parameters, with their length`,
      async () => {
        for (const path of [...documents, "/version", "/flags", "/metrics/snapshot"]) {
          const answer = await ask({ port, path });
          assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "application/json"], path);
          assert.equal(answer.headers["content-length"], String(answer.body.length), path);
          JSON.parse(answer.text);
        }
      },
    );

    for (const encoding of ENCODINGS) {
      await t.test(`rule 17: calls of the ${name} in ${encoding} are answered in it, to the letter`, async () => {
        for (const type of calls) {
          const answer = await ask({
            port,
            path: "/api/v1",
            headers: { "Content-Type": MEDIA_TYPES[encoding], Accept: MEDIA_TYPES[encoding] },
            body: encode(encoding, api.CallSchema, { type }),
          });
          assert.deepEqual([answer.status, answer.headers["content-type"]], [200, MEDIA_TYPES[encoding]], type);
          // a length says that it is one message, not a stream of them
          assert.equal(answer.headers["content-length"], String(answer.body.length), type);
          const response = decode<Record<string, unknown>>(encoding, api.ResponseSchema, answer.body);
          assert.deepEqual(Object.keys(response), ["type", type.toLowerCase()]);
          assert.equal(response.type, type);
        }
      });
    }

    await t.test(`rule 17: empty answers of the ${name} have no type`, async () => {
      const answer = await ask({ port, path: "/health" });
      assert.deepEqual([answer.status, answer.text, answer.headers["content-type"]], [200, "", undefined]);
    });

    await t.test(`a call that the ${name} does not serve yet is 501 and says so`, async () => {
      for (const type of unserved) {
        const answer = await ask({
          port,
          path: "/api/v1",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ type }),
        });
        assert.equal(answer.status, 501, type);
        assert.match(answer.text, new RegExp(type));
      }
    });
  }

  for (const [accept, type] of [
    [undefined, "application/json"],
    ["*/*", "application/json"],
    ["application/json, application/x-protobuf", "application/json"],
    ["application/x-protobuf, application/json", "application/json"],
    ["application/json;q=0, application/x-protobuf", "application/x-protobuf"],
    ["application/*;q=0.1", "application/json"],
  ] as const) {
    await t.test(`Accept ${accept ?? "left out"}: ${type}`, async () => {
      const headers = { "Content-Type": "application/json", ...(accept === undefined ? {} : { Accept: accept }) };
      const answer = await ask({ path: "/api/v1", headers, body: '{"type":"GET_HEALTH"}' });
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, type]);
    });
  }

  await t.test("rule 6, rule 17: calls of a scheduler are answered 202, empty, without a type", async () => {
    await using framework = await WireFramework.subscribe();
    // `call` looks at all of it
    await framework.call({ type: "SUPPRESS" });
    await framework.call({ type: "REVIVE" });
    await framework.call({ type: "RECONCILE", reconcile: { tasks: [] } });
    await framework.call({ type: "REQUEST", request: { requests: [] } });
  });

  await t.test("rule 17: 200 of UPDATE_FRAMEWORK and /teardown is empty, without a type", async () => {
    await using framework = await WireFramework.subscribe();
    const info = { user: "root", name: "renamed", roles: ["*"], capabilities: [{ type: "MULTI_ROLE" }] };
    const answers = [
      await framework.ask({
        type: "UPDATE_FRAMEWORK",
        update_framework: { framework_info: { ...info, id: { value: framework.id } } },
      }),
      await ask({ path: "/teardown", method: "POST", body: `frameworkId=${framework.id}` }),
    ];
    for (const { status, text, headers } of answers) {
      assert.deepEqual([status, text, headers["content-type"]], [200, "", undefined]);
    }
    await framework.untilEnded();
  });
});
