import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Call,
  Call_Type,
  CallSchema,
  Event_Type,
  EventSchema,
} from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { readJson } from "../json/read.ts";
import { encodeRecord } from "../recordio/encode-record.ts";
import type { ClientOptions } from "./endpoint.ts";
import { encodeMessage, type MediaType } from "./media-type.ts";
import { SchedulerClient } from "./scheduler-client.ts";
import { type Received, startServer } from "./server.fixture.ts";

type Init = MessageInitShape<typeof EventSchema>;

const SUBSCRIBED: Init = {
  type: Event_Type.SUBSCRIBED,
  subscribed: { frameworkId: { value: "f" }, heartbeatIntervalSeconds: 15 },
};
const HEARTBEAT: Init = { type: Event_Type.HEARTBEAT };
const DEMO = { frameworkInfo: { user: "root", name: "demo" } };

function record(event: Init, mediaType: MediaType = "application/json"): Uint8Array {
  return encodeRecord(encodeMessage(mediaType, EventSchema, create(EventSchema, event)));
}

function callOf({ headers, body }: Received): Call {
  return headers["content-type"] === "application/json"
    ? readJson(CallSchema, body.toString())
    : fromBinary(CallSchema, body);
}

/** A master that answers SUBSCRIBE with a stream that the test writes to, and other calls with 202. */
async function startMaster(t: TestContext, options: { first?: Init; client?: ClientOptions } = {}) {
  const streams: ServerResponse[] = [];
  const closed: Promise<unknown>[] = [];
  const server = await startServer(t, (request, response) => {
    if (callOf(request).type !== Call_Type.SUBSCRIBE) {
      response.writeHead(202).end();
      return;
    }
    const mediaType = request.headers.accept as MediaType;
    response.writeHead(200, { "content-type": mediaType, "mesos-stream-id": `stream-${streams.length}` });
    response.write(record(options.first ?? SUBSCRIBED, mediaType));
    streams.push(response);
    closed.push(once(response, "close"));
  });
  const client = new SchedulerClient(server.address, options.client);
  t.after(() => client.close());
  return { server, client, streams, closed };
}

for (const mediaType of ["application/json", "application/x-protobuf"] as const) {
  test(`events and calls in ${mediaType}`, async (t) => {
    const { server, client, streams } = await startMaster(t, { client: { mediaType } });
    const events = await client.subscribe(DEMO);
    assert.equal(client.frameworkId?.value, "f");
    streams[0]?.write(record(HEARTBEAT, mediaType));
    assert.equal((await events.next()).value?.type, Event_Type.SUBSCRIBED);
    assert.equal((await events.next()).value?.type, Event_Type.HEARTBEAT);

    // an event comes whole, however it is cut
    const offers = record({ type: Event_Type.OFFERS, offers: { offers: [offer("ö".repeat(100))] } }, mediaType);
    streams[0]?.write(offers.subarray(0, 2));
    setImmediate(() => streams[0]?.write(offers.subarray(2)));
    const { value } = await events.next();
    assert.equal(value?.offers?.offers[0]?.hostname, "ö".repeat(100));

    await client.call({ type: Call_Type.DECLINE, decline: { offerIds: [{ value: "o" }] } });
    const [subscribe, decline] = server.received.map(callOf);
    assert.equal(subscribe?.subscribe?.frameworkInfo?.name, "demo");
    assert.equal(subscribe?.frameworkId, undefined);
    assert.equal(decline?.frameworkId?.value, "f");
    const [first, second] = server.received.map(({ path, headers }) => [path, headers]);
    assert.deepEqual(first?.[0], "/api/v1/scheduler");
    assert.deepEqual(
      server.received.map(({ headers }) => [headers["content-type"], headers.accept, headers["mesos-stream-id"]]),
      [
        [mediaType, mediaType, undefined],
        [mediaType, mediaType, "stream-0"],
      ],
    );
    assert.equal(second?.[0], "/api/v1/scheduler");
  });
}

function offer(hostname: string) {
  return { id: { value: "o" }, frameworkId: { value: "f" }, agentId: { value: "a" }, hostname };
}

test("a framework that comes back names its id in the call, and leaves its old stream", async (t) => {
  const { server, client, closed } = await startMaster(t);
  const old = await client.subscribe(DEMO);
  const events = await client.subscribe({ frameworkInfo: { ...DEMO.frameworkInfo, id: { value: "f" } } });
  assert.deepEqual(await old.next(), { done: true, value: undefined });
  assert.equal(server.received.map(callOf)[1]?.frameworkId?.value, "f");
  await closed[0];
  await client.call({ type: Call_Type.REVIVE });
  assert.equal(server.received[2]?.headers["mesos-stream-id"], "stream-1");
  assert.equal((await events.next()).value?.type, Event_Type.SUBSCRIBED);
});

test("redirects lead to the leader, and calls follow; without it the configured master is asked again", async (t) => {
  const { server: leader } = await startMaster(t);
  const follower = await startServer(t, (_, response) => {
    response.writeHead(307, { location: `//${leader.address}/api/v1/scheduler` }).end();
  });
  const client = new SchedulerClient(`http://${follower.address}`);
  t.after(() => client.close());
  await client.subscribe(DEMO);
  await client.call({ type: Call_Type.REVIVE });
  assert.equal(follower.received.length, 1);
  assert.equal(leader.received.length, 2);
  leader.close();
  await assert.rejects(client.call({ type: Call_Type.REVIVE }), { code: "SERVER_UNREACHABLE" });
  await assert.rejects(client.call({ type: Call_Type.REVIVE }), { code: "SERVER_UNREACHABLE" });
  assert.equal(follower.received.length, 2);
});

test("masters that point at each other, or nowhere", async (t) => {
  const server = await startServer(t, ({ headers }, response, { address }) => {
    response.writeHead(307, headers.authorization ? { location: `//${address}/other` } : {}).end();
  });
  const round = new SchedulerClient(server.address, { headers: { authorization: "Basic eDp5" } });
  await assert.rejects(round.call({ type: Call_Type.REVIVE }), { code: "TOO_MANY_REDIRECTS" });
  assert.equal(server.received.length, 6);
  await assert.rejects(new SchedulerClient(server.address).call({ type: Call_Type.REVIVE }), {
    code: "RESPONSE_INVALID",
    status: 307,
  });
});

test("a refusal comes with the master's own words", async (t) => {
  const server = await startServer(t, (_, response) => {
    response.writeHead(400, { "content-type": "text/plain" }).end("Framework cannot be found");
  });
  const client = new SchedulerClient(server.address);
  const refusal = {
    name: "ClientError",
    code: "CALL_REFUSED",
    status: 400,
    message: /: 400: Framework cannot be found$/,
  };
  await assert.rejects(client.call({ type: Call_Type.REVIVE }), refusal);
  await assert.rejects(client.subscribe(DEMO), refusal);
  const { client: removed } = await startMaster(t, {
    first: { type: Event_Type.ERROR, error: { message: "Framework has been removed" } },
  });
  await assert.rejects(removed.subscribe(DEMO), { code: "CALL_REFUSED", message: /Framework has been removed$/ });
  const { client: odd } = await startMaster(t, { first: HEARTBEAT });
  await assert.rejects(odd.subscribe(DEMO), { code: "RESPONSE_INVALID" });
});

test("the end of a stream says why", async (t) => {
  const { client, streams } = await startMaster(t);
  const ends: [(stream: ServerResponse) => unknown, string][] = [
    [(stream) => stream.end(), "STREAM_ENDED"],
    [(stream) => stream.destroy(), "SERVER_UNREACHABLE"],
    [(stream) => stream.write("no length\n"), "RESPONSE_INVALID"],
    [(stream) => stream.write("4\nnull"), "RESPONSE_INVALID"],
    [(stream) => stream.write("999999999999\n"), "RESPONSE_INVALID"],
  ];
  for (const [end, code] of ends) {
    const events = await client.subscribe(DEMO);
    await events.next();
    end(streams.at(-1)!);
    await assert.rejects(events.next(), { name: "ClientError", code });
    assert.deepEqual(await events.next(), { done: true, value: undefined });
  }
});

test("a stream without heartbeats is given up, one with them is not", async (t) => {
  const { client, streams, closed } = await startMaster(t, {
    first: { type: Event_Type.SUBSCRIBED, subscribed: { frameworkId: { value: "f" }, heartbeatIntervalSeconds: 2 } },
  });
  const events = await client.subscribe(DEMO);
  await events.next();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (let i = 0; i < 3; i++) {
    const next = events.next();
    t.mock.timers.tick(9_999);
    streams[0]?.write(record(HEARTBEAT));
    assert.equal((await next).value?.type, Event_Type.HEARTBEAT);
  }
  const next = events.next();
  t.mock.timers.tick(10_000);
  await assert.rejects(next, { code: "STREAM_SILENT", message: /Nothing came for 10000 ms/ });
  await closed[0];
});

test("leaving the loop, closing and aborting end the connection", async (t) => {
  const { client, closed } = await startMaster(t);
  for await (const event of await client.subscribe(DEMO)) {
    assert.equal(event.type, Event_Type.SUBSCRIBED);
    break;
  }
  await closed[0];

  const abort = new AbortController();
  const aborted = await client.subscribe(DEMO, { signal: abort.signal });
  await aborted.next();
  const rejected = assert.rejects(aborted.next(), { code: "CALL_ABORTED" });
  abort.abort();
  await rejected;

  const events = await client.subscribe(DEMO);
  await events.next();
  const done = events.next();
  await client.close();
  assert.deepEqual(await done, { done: true, value: undefined });
  await assert.rejects(client.call({ type: Call_Type.REVIVE }), { code: "CALL_ABORTED" });
  await assert.rejects(client.subscribe(DEMO, { signal: abort.signal }), { code: "CALL_ABORTED" });
});

test("an answer that does not come in time", async (t) => {
  const server = await startServer(t, ({ body }, response) => {
    if (body.includes("SUBSCRIBE")) {
      // a header, and then nothing
      response.writeHead(200).write("1");
    }
  });
  const client = new SchedulerClient(server.address, { timeoutMs: 30 });
  t.after(() => client.close());
  const timeout = { code: "CALL_TIMEOUT", message: /within 30 ms/ };
  await assert.rejects(client.call({ type: Call_Type.REVIVE }), timeout);
  await assert.rejects(client.subscribe(DEMO), timeout);
});
