import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import { Call_Type as AgentCall_Type, CallSchema as AgentCallSchema } from "../../gen/mesos/v1/agent/agent_pb.js";
import { Call_Type, CallSchema, Response_Type, ResponseSchema } from "../../gen/mesos/v1/master/master_pb.js";
import { readJson } from "../json/read.ts";
import { encodeMessage, type MediaType } from "./media-type.ts";
import { agentClient, masterClient } from "./operator-client.ts";
import { startServer } from "./server.fixture.ts";

const HEALTHY = create(ResponseSchema, { type: Response_Type.GET_HEALTH, getHealth: { healthy: true } });

test("a call and its answer, in both encodings", async (t) => {
  const server = await startServer(t, ({ headers }, response) => {
    const mediaType = headers.accept as MediaType;
    response.writeHead(200, { "content-type": mediaType }).end(encodeMessage(mediaType, ResponseSchema, HEALTHY));
  });
  for (const mediaType of ["application/json", "application/x-protobuf"] as const) {
    const client = masterClient(server.address, { mediaType, headers: { authorization: "Basic eDp5" } });
    t.after(() => client.close());
    const response = await client.call({ type: Call_Type.GET_HEALTH });
    assert.equal(response?.getHealth?.healthy, true);
    const { method, path, headers } = server.received.at(-1)!;
    assert.deepEqual([method, path, headers.authorization], ["POST", "/api/v1", "Basic eDp5"]);
  }
  const [json, binary] = server.received;
  assert.equal(readJson(CallSchema, json?.body.toString()).type, Call_Type.GET_HEALTH);
  assert.equal(fromBinary(CallSchema, binary!.body).type, Call_Type.GET_HEALTH);
});

test("an empty answer is undefined", async (t) => {
  const server = await startServer(t, (_, response) => response.writeHead(200).end());
  const client = agentClient(server.address);
  t.after(() => client.close());
  assert.equal(await client.call({ type: AgentCall_Type.SET_LOGGING_LEVEL }), undefined);
  assert.equal(readJson(AgentCallSchema, server.received[0]?.body.toString()).type, AgentCall_Type.SET_LOGGING_LEVEL);
});

test("an answer that is none, or too large", async (t) => {
  let answer = "<html>";
  const server = await startServer(t, (_, response) => response.end(answer));
  const client = masterClient(server.address, { maxResponseBytes: 1000 });
  t.after(() => client.close());
  const invalid = { name: "ClientError", code: "RESPONSE_INVALID" };
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), invalid);
  answer = '{"get_health":{}}';
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), { ...invalid, message: /get_health.healthy/ });
  answer = `{"type":"GET_HEALTH"${" ".repeat(1000)}}`;
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), { ...invalid, message: /larger than 1000 bytes/ });
});

test("a refusal of any size is kept short", async (t) => {
  const server = await startServer(t, (_, response) => response.writeHead(501).end("no ".repeat(1_000_000)));
  const client = masterClient(server.address);
  t.after(() => client.close());
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), (error: Error & { status?: number }) => {
    assert.equal(error.status, 501);
    return error.message.length < 5000;
  });
});

test("nobody listens, or the connection breaks", async (t) => {
  const server = await startServer(t, (_, response) => {
    response.writeHead(200, { "content-length": 100 }).write("{");
    setImmediate(() => response.destroy());
  });
  const client = masterClient(server.address);
  t.after(() => client.close());
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), { code: "SERVER_UNREACHABLE" });
  server.close();
  await assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), {
    code: "SERVER_UNREACHABLE",
    message: /ECONNREFUSED/,
  });
});

test("closing and aborting end calls that are under way", async (t) => {
  const server = await startServer(t, (_, response) => response.flushHeaders());
  const client = masterClient(server.address);
  const abort = new AbortController();
  const aborted = assert.rejects(client.call({ type: Call_Type.GET_HEALTH }, { signal: abort.signal }), {
    code: "CALL_ABORTED",
  });
  abort.abort();
  await aborted;
  const closed = assert.rejects(client.call({ type: Call_Type.GET_HEALTH }), { code: "CALL_ABORTED" });
  await client.close();
  await closed;
});
