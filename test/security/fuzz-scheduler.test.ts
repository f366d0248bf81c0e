import assert from "node:assert/strict";
import { test } from "node:test";
import { scheduler } from "@fairlead/mesos-api";
import { getJson, send } from "../clients/wire/ask.ts";
import { ENCODINGS, type Encoding, encode, MEDIA_TYPES } from "../clients/wire/encoding.ts";
import { task } from "../clients/wire/tasks.ts";
import { CAPABILITIES, WireFramework } from "../clients/wire/wire-framework.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const PATH = "/api/v1/scheduler";
const CALLS = 2_000;

/** To see a failure again: `FUZZ_SEED=<number> node … fuzz-scheduler.test.ts`. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** What `mesos-apis.md` 1.1 knows as an answer to a call; 413 is beyond what is sent here. */
const DOCUMENTED: ReadonlySet<number> = new Set([200, 202, 400, 403, 406, 415, 501]);

/** Values that are at home nowhere. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  "9007199254740993",
  "NaN",
  "Infinity",
  "",
  " ",
  "\0",
  "..",
  "a/b",
  "\ud800",
  "x".repeat(5000),
  "AAAA",
  "=",
  [],
  {},
  [[]],
  [null],
  { value: null },
  { value: {} },
  "__proto__",
  "constructor",
  [1, "a", {}],
];

for (const encoding of ENCODINGS) {
  test(`${CALLS} mutated calls in ${encoding}`, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const random = generator(SEED);
    const workspace = new Workspace(t);
    const master = await workspace.startMaster("--allocation_interval=50ms");
    const agent = await workspace.startRegisteredAgent();
    const bystander = await WireFramework.subscribe({ info: { failover_timeout: 3600 } });
    await bystander.launch(task("bystander", "sleep 1000"));
    await bystander.update("bystander", "TASK_RUNNING");
    const statuses = new Map<number, number>();
    let framework = await WireFramework.subscribe({ encoding, info: { failover_timeout: 3600 } });
    for (let i = 0; i < CALLS; i++) {
      // a teardown may have been among them
      if (framework.ended !== undefined)
        framework = await WireFramework.subscribe({ encoding, info: { failover_timeout: 3600 } });
      const body = mutated(random, encoding, framework);
      const headers = headersFor(random, encoding, framework);
      const answer = await answerTo(headers, body);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      assert.ok(
        DOCUMENTED.has(answer.status),
        `call ${i} of seed ${SEED}: ${answer.status} ${answer.text.slice(0, 500)} for ${body.toString("latin1").slice(0, 2000)}`,
      );
    }
    t.diagnostic(`answers: ${JSON.stringify(Object.fromEntries(statuses))}`);
    assert.ok((statuses.get(202) ?? 0) > CALLS / 20, "too few of them were calls at all");
    framework.disconnect();

    for (const server of [master, agent]) {
      assert.deepEqual(
        server.log.filter((line) => line.includes('"level":50')),
        [],
        "an error that nobody expected",
      );
    }
    const { frameworks } = await getJson<{ frameworks: { id: string; tasks: { id: string; state: string }[] }[] }>(
      "/state",
    );
    const { tasks } = frameworks.find(({ id }) => id === bystander.id)!;
    assert.deepEqual(
      tasks.map(({ id, state }) => [id, state]),
      [["bystander", "TASK_RUNNING"]],
    );
    await getJson("/state", 5051);
    await bystander.kill("bystander");
    await bystander.update("bystander", "TASK_KILLED");
    await bystander.teardown();
  });
}

/** A SUBSCRIBE that was good after all is answered with a stream, which nobody waits for. */
async function answerTo(headers: Record<string, string>, body: Buffer): Promise<{ status: number; text: string }> {
  const response = await send({ path: PATH, method: "POST", headers, body });
  const status = response.statusCode!;
  if (response.headers["mesos-stream-id"] !== undefined) {
    response.destroy();
    return { status, text: "" };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status, text: Buffer.concat(chunks).toString() };
}

type Random = (below: number) => number;

/** mulberry32: the same numbers for the same seed, everywhere. */
function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)]!;
}

/** One call of each kind, as a good client makes it. */
function goodCalls(framework: WireFramework): object[] {
  const framework_id = { value: framework.id };
  const id = { value: "x" };
  const offer_ids = framework.offers.length > 0 ? framework.offers.map((offer) => offer.id) : [id];
  const agent_id = framework.offers[0]?.agent_id ?? id;
  const info = { user: "root", name: "fuzz", roles: ["*"], capabilities: CAPABILITIES, id: framework_id };
  const resources = [
    { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
    { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31000, end: 31001 }] } },
  ];
  const container = {
    type: "MESOS",
    network_infos: [{ name: "none", labels: { labels: [{ key: "k", value: "v" }] } }],
  };
  const task_infos = [
    {
      name: "t",
      task_id: id,
      agent_id,
      command: { value: "true", user: "nobody" },
      resources,
      container,
      labels: { labels: [] },
      kill_policy: { grace_period: { nanoseconds: 1 } },
    },
  ];
  const uuid = "AAECAwQFBgcICQoLDA0ODw==";
  const operations = [{ type: "LAUNCH", launch: { task_infos } }];
  return [
    {
      type: "SUBSCRIBE",
      framework_id,
      subscribe: {
        framework_info: info,
        suppressed_roles: ["*"],
        offer_constraints: { role_constraints: { "*": { groups: [] } } },
      },
    },
    { type: "TEARDOWN", framework_id },
    { type: "ACCEPT", framework_id, accept: { offer_ids, operations, filters: { refuse_seconds: 0 } } },
    {
      type: "ACCEPT",
      framework_id,
      accept: {
        offer_ids,
        operations: [
          {
            type: "LAUNCH_GROUP",
            launch_group: {
              executor: { executor_id: id, framework_id, type: "DEFAULT", resources },
              task_group: { tasks: task_infos },
            },
          },
        ],
      },
    },
    {
      type: "ACCEPT",
      framework_id,
      accept: { offer_ids, operations: [{ type: "RESERVE", id, reserve: { resources } }] },
    },
    { type: "DECLINE", framework_id, decline: { offer_ids, filters: { refuse_seconds: 0 } } },
    { type: "ACCEPT_INVERSE_OFFERS", framework_id, accept_inverse_offers: { inverse_offer_ids: [id] } },
    { type: "DECLINE_INVERSE_OFFERS", framework_id, decline_inverse_offers: { inverse_offer_ids: [id] } },
    { type: "REVIVE", framework_id, revive: { roles: ["*"] } },
    { type: "SUPPRESS", framework_id, suppress: { roles: ["*"] } },
    { type: "KILL", framework_id, kill: { task_id: id, agent_id, kill_policy: { grace_period: { nanoseconds: 5 } } } },
    { type: "SHUTDOWN", framework_id, shutdown: { executor_id: id, agent_id } },
    { type: "ACKNOWLEDGE", framework_id, acknowledge: { agent_id, task_id: id, uuid } },
    {
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      framework_id,
      acknowledge_operation_status: { agent_id, uuid, operation_id: id },
    },
    { type: "RECONCILE", framework_id, reconcile: { tasks: [{ task_id: id, agent_id }] } },
    {
      type: "RECONCILE_OPERATIONS",
      framework_id,
      reconcile_operations: { operations: [{ operation_id: id, agent_id }] },
    },
    { type: "MESSAGE", framework_id, message: { agent_id, executor_id: id, data: "AAAA" } },
    { type: "REQUEST", framework_id, request: { requests: [{ agent_id, resources }] } },
    { type: "UPDATE_FRAMEWORK", framework_id, update_framework: { framework_info: info } },
  ];
}

/** A call with up to five faults: in its values for JSON, in its bytes for both. */
function mutated(random: Random, encoding: Encoding, framework: WireFramework): Buffer {
  let call: unknown = structuredClone(pick(random, goodCalls(framework)));
  for (let faults = encoding === "json" ? random(4) : random(2); faults > 0; faults--) call = changed(random, call);
  let bytes: Buffer;
  try {
    bytes = encode(encoding, scheduler.CallSchema, call as object);
  } catch {
    // what JSON can say and protobuf cannot: the good call then, whose bytes are spoilt below
    bytes = encode(encoding, scheduler.CallSchema, pick(random, goodCalls(framework)));
  }
  bytes = Buffer.from(bytes);
  for (
    let faults = encoding === "json" ? (random(8) === 0 ? 1 : 0) : random(3);
    faults > 0 && bytes.length > 0;
    faults--
  ) {
    const at = random(bytes.length);
    switch (random(4)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256), random(256)]), bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length)), bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** The value with one member, somewhere in it, replaced, removed, doubled or moved. */
function changed(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random(6) === 0) return pick(random, ODD);
  const keys = Object.keys(value);
  if (keys.length === 0) return pick(random, ODD);
  const key = pick(random, keys);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  switch (random(8)) {
    case 0:
      delete copy[key];
      break;
    case 1:
      copy[key] = [copy[key], copy[key]];
      break;
    case 2:
      // defined, not assigned: `__proto__` shall be a member that is sent, not the prototype of the copy
      Object.defineProperty(copy, pick(random, ["unknown", "__proto__", "type", "value", ""]), {
        value: copy[key],
        enumerable: true,
        configurable: true,
        writable: true,
      });
      break;
    default:
      copy[key] = changed(random, copy[key]);
  }
  return copy;
}

function headersFor(random: Random, encoding: Encoding, framework: WireFramework): Record<string, string> {
  const headers: Record<string, string> = { "Content-Type": MEDIA_TYPES[encoding] };
  if (random(10) > 0) headers["Mesos-Stream-Id"] = random(20) > 0 ? framework.streamId : "wrong";
  if (random(20) === 0)
    headers["Content-Type"] = pick(random, ["text/plain", "application/x-protobuf", "application/json", ""]);
  if (random(20) === 0) headers.Accept = pick(random, ["text/html", "*/*", "application/x-protobuf", "q=0"]);
  return headers;
}
