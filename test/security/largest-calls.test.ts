import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { scheduler } from "@fairlead/mesos-api";
import { ask, send } from "../clients/wire/ask.ts";
import { encode } from "../clients/wire/encoding.ts";
import { task } from "../clients/wire/tasks.ts";
import { CAPABILITIES, WireFramework } from "../clients/wire/wire-framework.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const PATH = "/api/v1/scheduler";
const JSON_TYPE = { "Content-Type": "application/json" };
const PROTOBUF_TYPE = { "Content-Type": "application/x-protobuf" };

/** A body of 16 MiB, less what stands around the list. */
const ROOM = 16 * 1024 * 1024 - 4096;

/** As many items as a body has room for. */
function full(item: (index: number) => string): string {
  const items: string[] = [];
  for (let bytes = 0; ; bytes += items.at(-1)!.length + 1) {
    const next = item(items.length);
    if (bytes + next.length > ROOM) return items.join(",");
    items.push(next);
  }
}

test("calls as large as a body may be: answered, and nobody else is forgotten", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startMaster("--allocation_interval=100ms", "--quiet");
  await workspace.startRegisteredAgent();
  const victim = await WireFramework.subscribe({ info: { failover_timeout: 3600 } });

  const subscription = (info: string, more = "") =>
    `{"type":"SUBSCRIBE","subscribe":{${more}"framework_info":{"user":"root","name":"large",${info}}}}`;
  const multiRole = `"capabilities":${JSON.stringify(CAPABILITIES)}`;
  for (const [what, body, event] of [
    ["roles", subscription(`${multiRole},"roles":[${full((i) => `"r${i}"`)}]`), /more than 10000 roles/],
    [
      "one role of many levels",
      subscription(`${multiRole},"roles":["${"a/".repeat(ROOM / 2)}a"]`),
      /is longer than 255 bytes/,
    ],
    ["capabilities", subscription(`"capabilities":[${full(() => '{"type":"MULTI_ROLE"}')}]`), /"SUBSCRIBED"/],
    [
      "suppressed roles",
      subscription(multiRole, `"suppressed_roles":[${full((i) => `"r${i}"`)}],`),
      /Suppressed roles/,
    ],
    ["a name", subscription(`"capabilities":[],"hostname":"${"x".repeat(ROOM)}"`), /"SUBSCRIBED"/],
  ] as const) {
    await t.test(`SUBSCRIBE with as many as fit: ${what}`, async () => {
      const stream = await send({ path: PATH, headers: JSON_TYPE, body });
      const [first] = (await once(stream, "data")) as [Buffer];
      stream.destroy();
      assert.match(first.subarray(0, 4096).toString(), event);
      await assertAnswers();
    });
  }

  for (const [what, call, status] of [
    [
      "offers to decline",
      { type: "DECLINE", decline: `{"offer_ids":[${full((i) => `{"value":"nobody-has-made-${i}"}`)}]}` },
      202,
    ],
    ["offers to accept", { type: "ACCEPT", accept: `{"offer_ids":[${full((i) => `{"value":"o${i}"}`)}]}` }, 202],
    [
      "inverse offers",
      {
        type: "DECLINE_INVERSE_OFFERS",
        decline_inverse_offers: `{"inverse_offer_ids":[${full((i) => `{"value":"${i}"}`)}]}`,
      },
      202,
    ],
    [
      "operations",
      { type: "ACCEPT", accept: `{"offer_ids":[{"value":"o"}],"operations":[${full(() => '{"type":"RESERVE"}')}]}` },
      202,
    ],
    [
      "nothing but braces",
      { type: "ACCEPT", accept: `{"offer_ids":[{"value":"o"}],"operations":[${full(() => "{}")}]}` },
      400,
    ],
    ["roles to revive", { type: "REVIVE", revive: `{"roles":[${full(() => '"*"')}]}` }, 202],
    [
      "the text of a message",
      {
        type: "MESSAGE",
        message: `{"agent_id":{"value":"a"},"executor_id":{"value":"e"},"data":"${"A".repeat(ROOM - (ROOM % 4))}"}`,
      },
      202,
    ],
  ] as const) {
    await t.test(`as many as fit: ${what}`, async () => {
      assert.equal(await tell(victim, call), status);
      await assertAnswers();
    });
  }

  await t.test("as many as fit: tasks to reconcile, in protobuf, where they are smallest", async () => {
    const reconciled = await WireFramework.subscribe();
    const call = { type: "RECONCILE", framework_id: { value: reconciled.id } };
    const head = encode("protobuf", scheduler.CallSchema, { ...call, reconcile: {} });
    // one task is a message in a message in a message
    for (const [count, status] of [
      [300_000, 202],
      [ROOM / 7, 400],
    ] as const) {
      const tasks = Buffer.alloc(7 * Math.floor(count), Buffer.from([0x0a, 0x05, 0x0a, 0x03, 0x0a, 0x01, 0x61]));
      const tag = Buffer.from([(scheduler.CallSchema.field.reconcile.number << 3) | 2, ...varint(tasks.length)]);
      const headers = { ...PROTOBUF_TYPE, "Mesos-Stream-Id": reconciled.streamId };
      const answer = await ask({ path: PATH, headers, body: Buffer.concat([head, tag, tasks]) });
      assert.equal(answer.status, status, answer.text);
      await assertAnswers();
    }
    reconciled.disconnect();
  });

  const scalar = '{"name":"cpus","type":"SCALAR","scalar":{"value":0.001}}';
  for (const [what, resources, message] of [
    [
      "resources of many names",
      full((i) => `{"name":"n${i}","type":"SCALAR","scalar":{"value":1}}`),
      /More than 1000 resources/,
    ],
    ["the same resource", full(() => scalar), /More than 1000 resources/],
    [
      "ranges",
      `{"name":"ports","type":"RANGES","ranges":{"range":[${full((i) => `{"begin":${2 * i},"end":${2 * i}}`)}]}}`,
      /more than 10000 ranges or elements/,
    ],
    [
      "elements of a set",
      `{"name":"s","type":"SET","set":{"item":[${full((i) => `"i${i}"`)}]}}`,
      /more than 10000 ranges or elements/,
    ],
    [
      "as much as is looked at",
      Array.from(
        { length: 1000 },
        (_, i) =>
          `{"name":"p${i}","type":"RANGES","ranges":{"range":[${Array.from({ length: 300 }, (_, k) => `{"begin":${2 * k},"end":${2 * k}}`)}]}}`,
      ).join(),
      /^Total resources /,
    ],
  ] as const) {
    await t.test(`LAUNCH of a task with as many as fit: ${what}`, async () => {
      const offer = await victim.offer();
      victim.offers.length = 0;
      const taskId = what.replaceAll(" ", "-");
      const info = `{"name":"","task_id":{"value":"${taskId}"},"agent_id":{"value":"${offer.agent_id.value}"},"command":{"value":"true"},"resources":[${resources}]}`;
      const launch = `[{"type":"LAUNCH","launch":{"task_infos":[${info}]}}]`;
      const accept = `{"offer_ids":[{"value":"${offer.id.value}"}],"filters":{"refuse_seconds":0},"operations":${launch}}`;
      assert.equal(await tell(victim, { type: "ACCEPT", accept }), 202);
      const { message: text = "" } = await victim.update(taskId, "TASK_ERROR");
      assert.match(text.slice(0, 200), message);
      assert.ok(text.length < 70_000, "it does not say everything back");
      await assertAnswers();
    });
  }

  await t.test("tasks that are wrong, each with the whole text of what is wrong with all of them", async () => {
    const noisy = await WireFramework.subscribe({ acknowledge: false });
    const half = ROOM / 2;
    const tasks = full((i) => `{"name":"","task_id":{"value":"${i}"},"agent_id":{"value":"a"}}`).slice(0, half);
    const accept = `{"offer_ids":[{"value":"${"x".repeat(half)}"}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[${tasks.slice(0, tasks.lastIndexOf(",{"))}]}}]}`;
    assert.equal(await tell(noisy, { type: "ACCEPT", accept }), 202);
    await assertAnswers();
    noisy.disconnect();
  });

  await t.test("after all of this tasks run as before", async () => {
    await using other = await WireFramework.subscribe();
    victim.disconnect();
    await other.launch(task("as-before", "true"));
    await other.update("as-before", "TASK_FINISHED");
  });
});

async function assertAnswers(): Promise<void> {
  assert.equal((await ask({ path: "/health" })).status, 200);
}

/** A call whose payload is a text already: JSON.stringify of something so large would be a second copy of it. */
async function tell(
  framework: WireFramework,
  { type, ...payload }: { type: string } & Record<string, string>,
): Promise<number> {
  const members = Object.entries(payload).map(([name, text]) => `"${name}":${text}`);
  const body = `{"type":"${type}","framework_id":{"value":"${framework.id}"},${members.join()}}`;
  const answer = await ask({ path: PATH, headers: { ...JSON_TYPE, "Mesos-Stream-Id": framework.streamId }, body });
  return answer.status;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
