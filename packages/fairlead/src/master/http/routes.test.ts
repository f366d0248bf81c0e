import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  create,
  encodeRecord,
  fromBinary,
  internal,
  type MessageInitShape,
  master as masterApi,
  RecordDecoder,
  scheduler,
  TaskState,
  toBinary,
  VersionInfoSchema,
} from "@fairlead/mesos-api";
import { type Authorizer, permitAll } from "../../base/authorizer.ts";
import type { EventStream } from "../../base/event-stream.ts";
import { serve } from "../../base/http/serve.ts";
import { silentLogger } from "../../base/log.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { masterRoutes } from "./routes.ts";
import { aFramework, anAgent, aTask, byId, FakeMaster, tasks } from "./testing.ts";

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";

async function start(t: TestContext, master = new FakeMaster(), authorizer: Authorizer = permitAll) {
  let streams = 0;
  const server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "master",
    routes: masterRoutes(master, {
      config: { flags: new Map([["port", "5050"]]), weights: new Map([["eng", 2]]), cluster: "lab" },
      version: create(VersionInfoSchema, { version: "1.12.0", buildUser: "ci" }),
      authorizer,
      newStreamId: () => `stream-${++streams}`,
    }),
    maxBodyBytes: 1 << 20,
    maxUnreadBytes: 1 << 20,
    authorizer,
    log: silentLogger,
    clock: new VirtualClock(),
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const get = (path: string, init?: RequestInit) => fetch(url + path, { redirect: "manual", ...init });
  const post = (
    path: string,
    body: string | Uint8Array,
    headers: Record<string, string> = { "Content-Type": JSON_TYPE },
  ) => get(path, { method: "POST", body: body as NonNullable<RequestInit["body"]>, headers });
  return { master, get, post };
}

const subscribe = '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"demo"}}}';

function heartbeats(events: EventStream<scheduler.Event>): void {
  events.send(
    create(scheduler.EventSchema, {
      type: scheduler.Event_Type.SUBSCRIBED,
      subscribed: { frameworkId: { value: "m1-0000" }, heartbeatIntervalSeconds: 15 },
    }),
  );
  events.send(create(scheduler.EventSchema, { type: scheduler.Event_Type.HEARTBEAT }));
}

test("SUBSCRIBE is a chunked stream with its id, and both first records come at once, with nothing behind them", async (t) => {
  const { master, post } = await start(t);
  let stream: EventStream<scheduler.Event> | undefined;
  master.onScheduler = ({ events }) => {
    stream = events;
    heartbeats(events);
  };
  const response = await post("/api/v1/scheduler", subscribe);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), JSON_TYPE);
  assert.equal(response.headers.get("mesos-stream-id"), "stream-1");
  assert.equal(response.headers.get("content-length"), null);
  assert.equal(response.headers.get("transfer-encoding"), "chunked");

  const expected =
    '126\n{"type":"SUBSCRIBED","subscribed":{"framework_id":{"value":"m1-0000"},"heartbeat_interval_seconds":15.0}}';
  const heartbeat = '20\n{"type":"HEARTBEAT"}';
  const records = expected.replace("126", String(expected.length - 4)) + heartbeat;
  const reader = response.body!.getReader();
  assert.equal(await readText(reader, records.length), records);

  stream?.send(create(scheduler.EventSchema, { type: scheduler.Event_Type.HEARTBEAT }));
  assert.equal(await readText(reader, heartbeat.length), heartbeat);

  await reader.cancel();
  await until(() => master.log.length === 2);
  assert.deepEqual(master.log, [
    ["subscribe", "demo", "stream-1"],
    ["disconnected", "stream-1"],
  ]);
});

test("a stream in protobuf", async (t) => {
  const { master, post } = await start(t);
  master.onScheduler = ({ events }) => {
    heartbeats(events);
    events.end();
  };
  const call = create(scheduler.CallSchema, {
    type: scheduler.Call_Type.SUBSCRIBE,
    subscribe: { frameworkInfo: { user: "root", name: "demo" } },
  });
  const response = await post("/master/api/v1/scheduler", toBinary(scheduler.CallSchema, call), {
    "Content-Type": PROTOBUF_TYPE,
    Accept: PROTOBUF_TYPE,
  });
  assert.equal(response.headers.get("content-type"), PROTOBUF_TYPE);
  const records = new RecordDecoder().decode(new Uint8Array(await response.arrayBuffer()));
  assert.deepEqual(
    records.map((record) => fromBinary(scheduler.EventSchema, record).type),
    [scheduler.Event_Type.SUBSCRIBED, scheduler.Event_Type.HEARTBEAT],
  );
});

test("scheduler calls: 202 empty, without a Content-Type; the stream's id is handed on", async (t) => {
  const { master, post } = await start(t);
  master.outcome = { status: 202 };
  const response = await post("/api/v1/scheduler", '{"type":"REVIVE","framework_id":{"value":"f"},"revive":null}', {
    "Content-Type": JSON_TYPE,
    "Mesos-Stream-Id": "stream-7",
    Authorization: "Basic Og==",
  });
  assert.equal(response.status, 202);
  assert.equal(response.headers.get("content-type"), null);
  assert.equal(await response.text(), "");
  assert.deepEqual(master.log, [["call", scheduler.Call_Type.REVIVE, "stream-7"]]);

  master.outcome = { status: 403, message: "Framework is not subscribed" };
  const refused = await post("/api/v1/scheduler", '{"type":"SUPPRESS","framework_id":{"value":"f"}}');
  assert.equal(refused.status, 403);
  assert.equal(await refused.text(), "Framework is not subscribed");
});

test("scheduler requests are checked in Mesos's order", async (t) => {
  const { master, get, post } = await start(t);
  const answer = async (response: Promise<Response>) => [(await response).status, await (await response).text()];

  const wrongMethod = await get("/api/v1/scheduler");
  assert.equal(wrongMethod.status, 405);
  assert.equal(wrongMethod.headers.get("allow"), "POST");
  assert.match(await wrongMethod.text(), /Expecting one of \{ 'POST' \}, but received 'GET'\.$/);

  assert.deepEqual(await answer(post("/api/v1/scheduler", "{}", { "Content-Type": "text/plain" })), [
    415,
    "Expecting 'Content-Type' of application/json or application/x-protobuf",
  ]);
  const [status, text] = await answer(
    post("/api/v1/scheduler", "{", { "Content-Type": JSON_TYPE, Accept: "text/html" }),
  );
  assert.equal(status, 400);
  assert.match(String(text), /^Failed to parse body into JSON: /);
  const noInfo = { "Content-Type": JSON_TYPE, Accept: "text/html", "Mesos-Stream-Id": "x" };
  assert.deepEqual(await answer(post("/api/v1/scheduler", '{"type":"SUBSCRIBE"}', noInfo)), [
    400,
    "Failed to validate scheduler::Call: Expecting 'subscribe' to be present",
  ]);
  assert.deepEqual(
    await answer(post("/api/v1/scheduler", subscribe, { "Content-Type": JSON_TYPE, Accept: "text/html" })),
    [406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"],
  );
  assert.deepEqual(
    await answer(post("/api/v1/scheduler", subscribe, { "Content-Type": JSON_TYPE, "Mesos-Stream-Id": "x" })),
    [400, "Subscribe calls should not include the 'Mesos-Stream-Id' header"],
  );
  assert.deepEqual(master.log, []);

  master.outcome = { status: 400, message: "no" };
  assert.deepEqual(await answer(post("/api/v1/scheduler", subscribe)), [400, "no"]);
});

test("while the master recovers everything but the process's own endpoints is 503", async (t) => {
  const { master, get, post } = await start(t);
  master.recovered = false;
  for (const path of [
    "/state",
    "/slaves",
    "/tasks",
    "/frameworks",
    "/state-summary",
    "/roles",
    "/api/v1",
    "/teardown",
  ]) {
    const response = await get(path);
    assert.equal(response.status, 503, path);
    assert.equal(await response.text(), "Master has not finished recovery");
  }
  assert.equal((await post("/api/v1/scheduler", subscribe)).status, 503);
  assert.equal((await post("/api/internal/v1/agent", "x")).status, 503);
  for (const path of ["/health", "/version", "/flags", "/metrics/snapshot", "/system/stats.json"]) {
    assert.equal((await get(path)).status, 200, path);
  }
});

test("old endpoints: aliases, sub-paths, any method, JSONP, exact content types", async (t) => {
  const { master, get, post } = await start(t);
  master.agents = byId(anAgent());
  master.frameworks = byId(aFramework({ tasks: tasks(aTask("a", TaskState.TASK_RUNNING)) }));
  for (const path of ["/state", "/state.json", "/master/state", "/master/state.json", "/state/"]) {
    const response = await get(path);
    assert.equal(response.headers.get("content-type"), JSON_TYPE, path);
    assert.equal(((await response.json()) as { leader: string }).leader, "master@10.0.0.1:5050");
  }
  const ids = async (response: Response, name: string) =>
    ((await response.json()) as Record<string, { id: string }[]>)[name]?.map(({ id }) => id);
  assert.deepEqual(await ids(await post("/slaves/m1-S0", ""), "slaves"), ["m1-S0"]);
  assert.deepEqual(await ids(await get("/slaves/other"), "slaves"), []);
  assert.deepEqual(await ids(await get("/slaves?slave_id=m1-S0"), "slaves"), ["m1-S0"]);
  assert.deepEqual(await ids(await post("/tasks/?task_id=a&framework_id=m1-0000", ""), "tasks"), ["a"]);
  assert.deepEqual(await ids(await get("/master/frameworks/"), "frameworks"), ["m1-0000"]);
  assert.deepEqual(await ids(await get("/state-summary"), "slaves"), ["m1-S0"]);

  const jsonp = await get("/version?jsonp=cb");
  assert.equal(jsonp.headers.get("content-type"), "text/javascript");
  assert.equal(await jsonp.text(), 'cb({"version":"1.12.0","build_user":"ci"})');
  const health = await get("/health");
  assert.deepEqual([health.status, health.headers.get("content-type"), await health.text()], [200, null, ""]);
  assert.deepEqual(await (await get("/flags")).json(), { flags: { port: "5050" } });
});

test("/redirect leads to the leader, and what lies below it nowhere", async (t) => {
  const { get } = await start(t);
  const response = await get("/redirect");
  assert.equal(response.status, 307);
  assert.equal(response.headers.get("location"), "//m1.lab:5050");
  assert.equal((await get("/master/redirect/x")).status, 404);
});

test("/roles tells weights, members and amounts", async (t) => {
  const { master, get } = await start(t);
  master.agents = byId(anAgent());
  master.frameworks = byId(aFramework());
  const { roles } = (await (await get("/roles")).json()) as { roles: object[] };
  const nothing = { quota: { guarantee: {}, limit: {} } };
  assert.deepEqual(roles, [
    {
      name: "*",
      weight: 1,
      quota: { role: "*", ...nothing.quota, consumed: { cpus: 0.5, mem: 64 } },
      resources: { cpus: 0.5, mem: 64 },
      allocated: { cpus: 0.5, mem: 64 },
      offered: {},
      reserved: {},
      frameworks: ["m1-0000"],
    },
    {
      name: "eng",
      weight: 2,
      quota: { role: "eng", ...nothing.quota, consumed: { cpus: 2 } },
      resources: {},
      allocated: {},
      offered: {},
      reserved: { cpus: 2 },
      frameworks: [],
    },
  ]);
});

test("/metrics/snapshot holds numbers only", async (t) => {
  const { master, get } = await start(t);
  master.counters = new Map([
    ["master/elected", 1],
    ["master/tasks_finished", 3],
    ["master/broken", Number.NaN],
  ]);
  const text = await (await get("/metrics/snapshot?timeout=5secs")).text();
  assert.match(text, /"master\/elected":1\.0,"master\/tasks_finished":3\.0/);
  const metrics = JSON.parse(text) as Record<string, number>;
  assert.ok(Object.values(metrics).every((value) => typeof value === "number"));
  assert.equal("master/broken" in metrics, false);
  assert.ok((metrics["system/cpus_total"] ?? 0) > 0);
  const refused = await get("/metrics/snapshot?timeout=soon");
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /^Invalid timeout 'soon': .*\.\n$/);
});

test("/teardown takes a form", async (t) => {
  const { master, get, post } = await start(t);
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  assert.equal((await get("/teardown")).status, 405);
  const missing = await post("/teardown", "x=y", form);
  assert.deepEqual(
    [missing.status, await missing.text()],
    [400, "Missing 'frameworkId' query parameter in the request body"],
  );
  const unknown = await post("/teardown", "frameworkId=a%2Fb", form);
  assert.deepEqual([unknown.status, await unknown.text()], [400, "No framework found with specified ID"]);
  const done = await post("/master/teardown", "frameworkId=m1-0000", form);
  assert.deepEqual([done.status, await done.text()], [200, ""]);
  assert.deepEqual(master.log, [["teardown", "m1-0000"]]);
});

test("operator calls in JSON: names as in v1, empty lists kept, exact content type", async (t) => {
  const { master, post } = await start(t);
  const call = async (body: string) => {
    const response = await post("/api/v1/operator", body);
    assert.equal(response.headers.get("content-type"), JSON_TYPE, body);
    const text = await response.text();
    // metrics keep their old names, and `slave(1)` is a part of an address
    if (!body.includes("GET_METRICS")) assert.equal(/slave(?!\(1\))/i.test(text), false, text);
    return JSON.parse(text);
  };
  assert.deepEqual(await call('{"type":"GET_HEALTH"}'), { type: "GET_HEALTH", get_health: { healthy: true } });
  assert.deepEqual(await call('{"type":"GET_VERSION"}'), {
    type: "GET_VERSION",
    get_version: { version_info: { version: "1.12.0", build_user: "ci" } },
  });
  assert.deepEqual(await call('{"type":"GET_FLAGS"}'), {
    type: "GET_FLAGS",
    get_flags: { flags: [{ name: "port", value: "5050" }] },
  });
  assert.deepEqual(await call('{"type":"GET_STATE"}'), {
    type: "GET_STATE",
    get_state: {
      get_tasks: { tasks: [], unreachable_tasks: [], completed_tasks: [] },
      get_executors: { executors: [] },
      get_frameworks: { frameworks: [], completed_frameworks: [] },
      get_agents: { agents: [], recovered_agents: [] },
    },
  });

  master.agents = byId(anAgent());
  master.frameworks = byId(aFramework({ tasks: tasks(aTask("a", TaskState.TASK_RUNNING)) }));
  const { get_agents } = await call('{"type":"GET_AGENTS"}');
  const [agent] = get_agents.agents;
  assert.deepEqual(Object.keys(agent), [
    "agent_info",
    "active",
    "deactivated",
    "version",
    "pid",
    "registered_time",
    "total_resources",
    "allocated_resources",
    "capabilities",
  ]);
  assert.deepEqual(agent.registered_time, { nanoseconds: 1767322110100000000 });
  assert.equal(agent.agent_info.id.value, "m1-S0");
  const { get_tasks } = await call('{"type":"GET_TASKS"}');
  assert.deepEqual(get_tasks.tasks[0].agent_id, { value: "m1-S0" });
  const { get_frameworks } = await call('{"type":"GET_FRAMEWORKS"}');
  assert.equal(get_frameworks.frameworks[0].framework_info.name, "demo");
  assert.deepEqual(get_frameworks.frameworks[0].offer_constraints, {});
  const { get_roles } = await call('{"type":"GET_ROLES"}');
  assert.deepEqual(get_roles.roles[0], {
    name: "*",
    weight: 1,
    frameworks: [{ value: "m1-0000" }],
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.5 } },
      { name: "mem", type: "SCALAR", scalar: { value: 64 } },
    ],
  });
  const { get_master } = await call('{"type":"GET_MASTER"}');
  assert.deepEqual([get_master.master_info.id, get_master.start_time], ["m1", 1767322100.5]);
  master.counters = new Map([["master/elected", 1]]);
  const { get_metrics } = await call('{"type":"GET_METRICS","get_metrics":{}}');
  assert.ok(
    get_metrics.metrics.some(
      ({ name, value }: { name: string; value: number }) => name === "master/elected" && value === 1,
    ),
  );
});

test("every operator call of Mesos is served, or answers 501 with its name", async (t) => {
  const { master, post } = await start(t);
  const served = [
    "GET_HEALTH",
    "GET_FLAGS",
    "GET_VERSION",
    "GET_METRICS",
    "GET_STATE",
    "GET_AGENTS",
    "GET_FRAMEWORKS",
    "GET_EXECUTORS",
    "GET_TASKS",
    "GET_ROLES",
    "GET_MASTER",
    "TEARDOWN",
  ];
  for (const { name, number } of masterApi.Call_TypeSchema.values) {
    const details = masterApi.CallSchema.fields.find((field) => field.name === name.toLowerCase());
    const call = create(masterApi.CallSchema, { type: number });
    const bare = await post("/api/v1", toBinary(masterApi.CallSchema, call), { "Content-Type": PROTOBUF_TYPE });
    if (name === "UNKNOWN") assert.equal(bare.status, 501);
    else if (details !== undefined) {
      assert.equal(bare.status, 400, name);
      assert.equal(await bare.text(), `Failed to validate master::Call: Expecting '${details.name}' to be present`);
    } else if (served.includes(name)) assert.equal(bare.status, 200, name);
    else {
      assert.equal(bare.status, 501, name);
      assert.match(await bare.text(), new RegExp(`\\b${name}\\b.*not served`));
    }
  }
  const drain = await post("/api/v1", '{"type":"DRAIN_AGENT","drain_agent":{"agent_id":{"value":"a"}}}');
  assert.equal(drain.status, 501);
  const teardown = await post("/api/v1", '{"type":"TEARDOWN","teardown":{"framework_id":{"value":"m1-0000"}}}');
  assert.deepEqual([teardown.status, teardown.headers.get("content-type"), await teardown.text()], [200, null, ""]);
  assert.deepEqual(master.log, [["teardown", "m1-0000"]]);
  assert.equal((await post("/api/v1", '{"type":"NO_SUCH_CALL"}')).status, 400);
});

test("operator calls in protobuf", async (t) => {
  const { master, post } = await start(t);
  master.frameworks = byId(aFramework({ tasks: tasks(aTask("a", TaskState.TASK_RUNNING)) }));
  const call = create(masterApi.CallSchema, { type: masterApi.Call_Type.GET_STATE });
  const response = await post("/api/v1", toBinary(masterApi.CallSchema, call), {
    "Content-Type": PROTOBUF_TYPE,
    Accept: PROTOBUF_TYPE,
  });
  assert.equal(response.headers.get("content-type"), PROTOBUF_TYPE);
  const answer = fromBinary(masterApi.ResponseSchema, new Uint8Array(await response.arrayBuffer()));
  assert.equal(answer.getState?.getTasks?.tasks[0]?.taskId?.value, "a");
});

test("a reader without rights gets 403, and no flags in the state", async (t) => {
  const denied = new Set<string>(["view_flags"]);
  const { get, post } = await start(t, new FakeMaster(), { authorize: (_, action) => !denied.has(action) });
  assert.equal("flags" in ((await (await get("/state")).json()) as object), false);
  assert.equal((await get("/flags")).status, 403);
  assert.equal((await post("/api/v1", '{"type":"GET_FLAGS"}')).status, 403);
  denied.add("view_state");
  for (const path of ["/state", "/tasks", "/roles"]) assert.equal((await get(path)).status, 403, path);
  assert.equal((await post("/api/v1", '{"type":"GET_STATE"}')).status, 403);
});

function agentCall(init: MessageInitShape<typeof internal.AgentCallSchema>): Uint8Array {
  return toBinary(internal.AgentCallSchema, create(internal.AgentCallSchema, init));
}

test("an agent registers with its secret, hears events, and sends calls in order", async (t) => {
  const { master, post } = await start(t);
  const { AgentCall_Type: Type, AgentEvent_Type } = internal;
  let events: EventStream<internal.AgentEvent> | undefined;
  master.onAgent = (stream) => {
    events = stream;
  };
  const path = "/api/internal/v1/agent";
  const register = agentCall({ type: Type.REGISTER, register: { pid: "slave(1)@10.0.0.11:5051" } });
  const response = await post(path, register, { "Content-Type": PROTOBUF_TYPE, Authorization: "Bearer s3cret" });
  assert.equal(response.headers.get("fairlead-stream-id"), "stream-1");
  assert.equal(response.headers.get("content-type"), PROTOBUF_TYPE);
  // answered after the header was sent: a new agent's id goes to disk first
  events?.send(create(internal.AgentEventSchema, { type: AgentEvent_Type.REGISTERED, registered: {} }));
  events?.end();
  const [record] = new RecordDecoder().decode(new Uint8Array(await response.arrayBuffer()));
  assert.equal(fromBinary(internal.AgentEventSchema, record!).type, AgentEvent_Type.REGISTERED);
  await until(() => master.log.length === 2);

  master.outcome = { status: 202 };
  const headers = { "Content-Type": "application/recordio", "Fairlead-Stream-Id": "stream-1" };
  const batch = Buffer.concat([agentCall({ type: Type.PONG }), agentCall({ type: Type.UNREGISTER })].map(encodeRecord));
  assert.equal((await post(path, batch, headers)).status, 202);
  assert.deepEqual(master.log, [
    ["register", "slave(1)@10.0.0.11:5051", "stream-1", "s3cret"],
    ["agent disconnected", "stream-1"],
    ["agent call", Type.PONG, "stream-1"],
    ["agent call", Type.UNREGISTER, "stream-1"],
  ]);

  master.log.length = 0;
  master.outcome = { status: 403, message: "not registered" };
  const refused = await post(path, batch, headers);
  assert.deepEqual([refused.status, await refused.text()], [403, "not registered"]);
  assert.equal(master.log.length, 1);
});

test("what is no call of an agent changes nothing", async (t) => {
  const { master, get, post } = await start(t);
  const path = "/api/internal/v1/agent";
  const { AgentCall_Type: Type } = internal;
  const status = async (body: Uint8Array, headers: Record<string, string>) => (await post(path, body, headers)).status;
  const recordio = { "Content-Type": "application/recordio", "Fairlead-Stream-Id": "s" };
  const pong = encodeRecord(agentCall({ type: Type.PONG }));

  assert.equal((await get(path)).status, 405);
  assert.equal(await status(pong, { "Content-Type": JSON_TYPE }), 415);
  assert.equal(await status(pong, { "Content-Type": "application/recordio" }), 400);
  assert.equal(await status(agentCall({ type: Type.PONG }), { "Content-Type": PROTOBUF_TYPE }), 400);
  assert.equal(await status(Buffer.from("xx"), { "Content-Type": PROTOBUF_TYPE }), 400);
  assert.equal(await status(Buffer.concat([pong, Buffer.from("5\nabc")]), recordio), 400);
  assert.equal(await status(Buffer.concat([pong, Buffer.from("x\n")]), recordio), 400);
  assert.equal(await status(Buffer.concat([pong, encodeRecord(agentCall({ type: Type.REGISTER }))]), recordio), 400);
  // an UPDATE whose status has nothing in it
  const incomplete = Uint8Array.of(0x08, Type.UPDATE, 0x1a, 0x02, 0x12, 0x00);
  assert.equal(await status(Buffer.concat([pong, encodeRecord(incomplete)]), recordio), 400);
  assert.deepEqual(master.log, []);

  master.outcome = { status: 401, message: "wrong secret" };
  assert.equal(await status(agentCall({ type: Type.REGISTER, register: {} }), { "Content-Type": PROTOBUF_TYPE }), 401);
});

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>, length: number): Promise<string> {
  let text = "";
  while (text.length < length) {
    const { value, done } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  return text;
}

/** Waits for what the server does after its peer has left. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
