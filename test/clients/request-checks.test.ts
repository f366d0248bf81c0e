import assert from "node:assert/strict";
import { test } from "node:test";
import { scheduler } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { type Answer, ask } from "./wire/ask.ts";
import { ENCODINGS, encode, MEDIA_TYPES } from "./wire/encoding.ts";
import { assertText } from "./wire/refusal.ts";
import { CAPABILITIES, WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const PATH = "/api/v1/scheduler";
const JSON_HEADERS = { "Content-Type": "application/json" };
const FRAMEWORK_INFO = { user: "root", name: "checked", roles: ["*"], capabilities: CAPABILITIES };
const UUID = "AAECAwQFBgcICQoLDA0ODw==";

const invalid = (reason: string) => `Failed to validate scheduler::Call: ${reason}`;

/** What is said of a call before it is known whose it is, in the order in which it is looked at: each request has all later faults too. */
const REFUSED_UNSEEN: readonly (readonly [
  what: string,
  status: number,
  text: string | RegExp,
  Parameters<typeof ask>[0],
])[] = [
  [
    "a method that is not POST",
    405,
    "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
    { path: PATH, method: "GET" },
  ],
  [
    "no Content-Type",
    400,
    "Expecting 'Content-Type' to be present",
    { path: PATH, method: "POST", body: "neither JSON nor protobuf" },
  ],
  [
    "another Content-Type",
    415,
    "Expecting 'Content-Type' of application/json or application/x-protobuf",
    { path: PATH, headers: { "Content-Type": "text/plain" }, body: "{}" },
  ],
  ["no JSON", 400, /^Failed to parse body into JSON: /, { path: PATH, headers: JSON_HEADERS, body: '{"type":' }],
  ["nothing at all", 400, /^Failed to parse body into JSON: /, { path: PATH, headers: JSON_HEADERS, body: "" }],
  [
    "JSON of another kind",
    400,
    /^Failed to convert JSON into Call protobuf: /,
    { path: PATH, headers: JSON_HEADERS, body: "[1]" },
  ],
  [
    "a field of another type",
    400,
    "Failed to convert JSON into Call protobuf: Not expecting a JSON string for field 'subscribe'",
    { path: PATH, headers: JSON_HEADERS, body: '{"type":"SUBSCRIBE","subscribe":"me"}' },
  ],
  [
    "a required field that is missing",
    400,
    /^Failed to convert JSON into Call protobuf: Missing required fields: .*framework_info/,
    { path: PATH, headers: JSON_HEADERS, body: '{"type":"SUBSCRIBE","subscribe":{}}' },
  ],
  [
    "no protobuf",
    400,
    "Failed to parse body into Call protobuf",
    { path: PATH, headers: { "Content-Type": "application/x-protobuf" }, body: "\xff\xff\xff" },
  ],
];

/** Calls that are well formed, and say too little. */
const REFUSED_CALLS: readonly (readonly [call: object, reason: string])[] = [
  [{}, "Expecting 'type' to be present"],
  [{ type: "NO_SUCH_CALL" }, "Expecting 'type' to be present"],
  [{ type: "SUBSCRIBE" }, "Expecting 'subscribe' to be present"],
  [
    { type: "SUBSCRIBE", framework_id: { value: "a" }, subscribe: { framework_info: FRAMEWORK_INFO } },
    "'framework_id' differs from 'subscribe.framework_info.id'",
  ],
  [
    {
      type: "SUBSCRIBE",
      framework_id: { value: "a" },
      subscribe: { framework_info: { ...FRAMEWORK_INFO, id: { value: "b" } } },
    },
    "'framework_id' differs from 'subscribe.framework_info.id'",
  ],
  [{ type: "TEARDOWN" }, "Expecting 'framework_id' to be present"],
  [{ type: "REVIVE" }, "Expecting 'framework_id' to be present"],
  [{ type: "ACCEPT" }, "Expecting 'framework_id' to be present"],
  ...[
    "ACCEPT",
    "DECLINE",
    "ACCEPT_INVERSE_OFFERS",
    "DECLINE_INVERSE_OFFERS",
    "KILL",
    "SHUTDOWN",
    "ACKNOWLEDGE",
    "ACKNOWLEDGE_OPERATION_STATUS",
    "RECONCILE",
    "RECONCILE_OPERATIONS",
    "MESSAGE",
    "REQUEST",
    "UPDATE_FRAMEWORK",
  ].map((type) => [{ type, framework_id: { value: "a" } }, `Expecting '${type.toLowerCase()}' to be present`] as const),
  [
    {
      type: "ACKNOWLEDGE",
      framework_id: { value: "a" },
      acknowledge: { agent_id: { value: "s" }, task_id: { value: "t" }, uuid: "c2hvcnQ=" },
    },
    "Not a valid UUID",
  ],
  [
    {
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      framework_id: { value: "a" },
      acknowledge_operation_status: { uuid: UUID, operation_id: { value: "o" } },
    },
    "Expecting 'agent_id' to be present",
  ],
  [
    {
      type: "UPDATE_FRAMEWORK",
      framework_id: { value: "a" },
      update_framework: { framework_info: FRAMEWORK_INFO },
    },
    "'framework_id' differs from 'update_framework.framework_info.id'",
  ],
];

test("checks of a scheduler's request", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster();

  for (const [what, status, text, question] of REFUSED_UNSEEN) {
    await t.test(`${what}: ${status}`, async () => {
      const answer = await ask(question);
      assertText(answer, status, text);
      if (status === 405) assert.equal(answer.headers.allow, "POST");
    });
  }

  for (const encoding of ENCODINGS) {
    for (const [call, reason] of REFUSED_CALLS) {
      await t.test(`${encoding} ${JSON.stringify(call).slice(0, 80)}: 400`, async () => {
        const answer = await ask({
          path: PATH,
          headers: { "Content-Type": MEDIA_TYPES[encoding] },
          body: encode(encoding, scheduler.CallSchema, call),
        });
        assertText(answer, 400, invalid(reason));
      });
    }
  }

  const subscribe = { type: "SUBSCRIBE", subscribe: { framework_info: FRAMEWORK_INFO } };

  await t.test("SUBSCRIBE that accepts no encoding: 406, before its headers are looked at", async () => {
    const headers = { ...JSON_HEADERS, Accept: "text/html", "Mesos-Stream-Id": "x" };
    const answer = await ask({ path: PATH, headers, body: JSON.stringify(subscribe) });
    assertText(answer, 406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
  });

  await t.test("a SUBSCRIBE that is not valid: 400, before Accept is looked at", async () => {
    const headers = { ...JSON_HEADERS, Accept: "text/html" };
    const answer = await ask({ path: PATH, headers, body: '{"type":"SUBSCRIBE"}' });
    assertText(answer, 400, invalid("Expecting 'subscribe' to be present"));
  });

  await t.test("SUBSCRIBE with the id of a stream: 400", async () => {
    const headers = { ...JSON_HEADERS, "Mesos-Stream-Id": "x" };
    const answer = await ask({ path: PATH, headers, body: JSON.stringify(subscribe) });
    assertText(answer, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  });

  await t.test("a framework that nobody knows: 400, before the stream is looked at", async () => {
    const answer = await ask({
      path: PATH,
      headers: JSON_HEADERS,
      body: JSON.stringify({ type: "REVIVE", framework_id: { value: "nobody" } }),
    });
    assertText(answer, 400, "Framework cannot be found");
  });

  await t.test("no stream id: 400; one of another stream: 400, not 403", async () => {
    await using framework = await WireFramework.subscribe();
    const without = await ask({
      path: PATH,
      headers: JSON_HEADERS,
      body: JSON.stringify({ type: "REVIVE", framework_id: { value: framework.id } }),
    });
    assertText(without, 400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
    const wrong = await framework.ask({ type: "REVIVE" }, { "Mesos-Stream-Id": "wrong" });
    assertText(
      wrong,
      400,
      `The stream ID 'wrong' included in this request didn't match the stream ID currently associated with framework ID ${framework.id}`,
    );
  });

  await t.test("a framework that is away: 403, before the stream is looked at", async () => {
    await using framework = await WireFramework.subscribe({ info: { failover_timeout: 3600 } });
    framework.disconnect();
    let answer: Answer;
    // the master hears of it when it does
    do {
      answer = await framework.ask({ type: "SUPPRESS" }, { "Mesos-Stream-Id": "wrong" });
    } while (answer.status === 400);
    assertText(answer, 403, "Framework is not subscribed");
    await using again = await WireFramework.subscribe({
      info: { failover_timeout: 3600, id: { value: framework.id } },
    });
    assert.equal(again.id, framework.id);
    assert.notEqual(again.streamId, framework.streamId);
    await again.call({ type: "SUPPRESS" });
  });

  await t.test("an Accept that fits nothing is of no matter to a call without an answer", async () => {
    await using framework = await WireFramework.subscribe();
    const answer = await framework.ask({ type: "SUPPRESS" }, { Accept: "text/html" });
    assertText(answer, 202, "");
  });

  await t.test("UNKNOWN: 501", async () => {
    await using framework = await WireFramework.subscribe();
    assertText(await framework.ask({ type: "UNKNOWN" }), 501, "501 Not Implemented.");
  });
});
