import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { create, encodeRecord, fromBinary, internal, RecordDecoder, toBinary } from "@fairlead/mesos-api";
import { CALL_TIMEOUT_MS } from "fairlead/agent/limits.ts";
import { httpMasterLink } from "fairlead/agent/session/http-master-link.ts";
import { systemClock } from "fairlead/base/clock.ts";
import { VirtualClock } from "fairlead/base/virtual-clock.ts";

const { AgentCallSchema, AgentCall_RegisterSchema, AgentCall_Type, AgentEventSchema, AgentEvent_Type } = internal;

/** A master's end of the wire, as `agent.proto` tells of it, with the answers in the test's hand. */
class Wire {
  readonly requests: { headers: IncomingMessage["headers"]; body: Buffer }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void = (_, response) => response.end();
  readonly server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.requests.push({ headers: request.headers, body });
    this.answer(request, response, body);
  });

  static async listen(t: TestContext): Promise<Wire> {
    const wire = new Wire();
    await new Promise<void>((resolve) => wire.server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      wire.server.closeAllConnections();
      wire.server.close();
    });
    return wire;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

function linkTo(wire: Wire, secret?: string) {
  return httpMasterLink({ master: wire.address, clock: systemClock, ...(secret !== undefined && { secret }) });
}

const register = create(AgentCall_RegisterSchema, { protocolVersion: 1, pid: "slave(1)@127.0.0.1:5051" });
const ping = encodeRecord(toBinary(AgentEventSchema, create(AgentEventSchema, { type: AgentEvent_Type.PING })));
const pong = create(AgentCallSchema, { type: AgentCall_Type.PONG });

/** Events and the end of a session, as promises. */
function listener() {
  const events: internal.AgentEvent_Type[] = [];
  const closed = Promise.withResolvers<string>();
  let wake = Promise.withResolvers<void>();
  return {
    handlers: {
      onEvent(event: internal.AgentEvent): void {
        events.push(event.type);
        wake.resolve();
        wake = Promise.withResolvers();
      },
      onClosed: (reason: string) => closed.resolve(reason),
    },
    events,
    closed: closed.promise,
    async count(number: number): Promise<void> {
      while (events.length < number) await wake.promise;
    },
  };
}

test("a session: REGISTER opens the stream, records come as they are cut, calls go back in order", async (t) => {
  const wire = await Wire.listen(t);
  wire.answer = (request, response) => {
    if (request.headers["content-type"] === "application/recordio") {
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "application/x-protobuf", "Fairlead-Stream-Id": "stream-7" });
    response.write(Buffer.concat([ping, ping.subarray(0, 1)]));
    setImmediate(() => response.write(ping.subarray(1)));
  };
  const heard = listener();
  const session = await linkTo(wire, "hush").connect(register, heard.handlers);
  await heard.count(2);
  for (let i = 0; i < 3; i++) session.send(pong);
  await session.flush();
  const [first, ...others] = wire.requests;
  assert.equal(first?.headers["content-type"], "application/x-protobuf");
  assert.equal(first?.headers.authorization, "Bearer hush");
  assert.equal(fromBinary(AgentCallSchema, first!.body).register?.pid, "slave(1)@127.0.0.1:5051");
  for (const { headers } of others) {
    assert.equal(headers["fairlead-stream-id"], "stream-7");
    assert.equal(headers["content-type"], "application/recordio");
    assert.equal(headers.authorization, "Bearer hush");
  }
  const records = others.flatMap(({ body }) => new RecordDecoder().decode(body));
  assert.deepEqual(
    records.map((record) => fromBinary(AgentCallSchema, record).type),
    [AgentCall_Type.PONG, AgentCall_Type.PONG, AgentCall_Type.PONG],
  );
  session.close();
  session.close();
});

test("a refusal is told in the master's words; a master that is not ready is one to try again", async (t) => {
  const wire = await Wire.listen(t);
  const link = linkTo(wire);
  wire.answer = (_, response) => response.writeHead(401).end("The agent did not present the secret of this cluster");
  await assert.rejects(link.connect(register, listener().handlers), {
    code: "AGENT_REFUSED",
    message: "the master answers 401: The agent did not present the secret of this cluster",
  });
  assert.equal(wire.requests[0]?.headers.authorization, undefined);
  wire.answer = (_, response) => response.writeHead(503).end("Master has not finished recovery");
  await assert.rejects(link.connect(register, listener().handlers), { code: "MASTER_UNREACHABLE" });
});

test("a refusal that does not end is given up, and its connection with it", async (t) => {
  const wire = await Wire.listen(t);
  const begun = Promise.withResolvers<IncomingMessage>();
  wire.answer = (request, response) => {
    response.writeHead(503);
    response.write("Master");
    begun.resolve(request);
  };
  const clock = new VirtualClock();
  const connected = httpMasterLink({ master: wire.address, clock }).connect(register, listener().handlers);
  connected.catch(() => {});
  const { socket } = await begun.promise;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  while (clock.pending === 0) await new Promise(setImmediate);
  await clock.advance(CALL_TIMEOUT_MS);
  await assert.rejects(connected, { code: "MASTER_UNREACHABLE" });
  await closed;
});

test("where nobody listens the master is unreachable", async (t) => {
  const wire = await Wire.listen(t);
  const { address } = wire;
  await new Promise((resolve) => wire.server.close(resolve));
  await assert.rejects(httpMasterLink({ master: address, clock: systemClock }).connect(register, listener().handlers), {
    code: "MASTER_UNREACHABLE",
  });
});

test("a stream that ends, and a call that is refused, end the session", async (t) => {
  const wire = await Wire.listen(t);
  let stream: ServerResponse | undefined;
  wire.answer = (request, response) => {
    if (request.headers["content-type"] === "application/recordio") {
      response.writeHead(403).end("Agent is not registered");
      return;
    }
    response.writeHead(200, { "Fairlead-Stream-Id": "s" });
    response.flushHeaders();
    stream = response;
  };
  const link = linkTo(wire);
  const first = listener();
  await link.connect(register, first.handlers);
  stream?.end();
  assert.equal(await first.closed, "the master ended the session");

  const second = listener();
  const session = await link.connect(register, second.handlers);
  session.send(pong);
  assert.equal(await second.closed, "the master answers 403: Agent is not registered");
  await session.flush();
});

test("rubbish in the stream ends the session", async (t) => {
  const wire = await Wire.listen(t);
  wire.answer = (_, response) => {
    response.writeHead(200, { "Fairlead-Stream-Id": "s" });
    response.write("no record\n");
  };
  const heard = listener();
  await linkTo(wire).connect(register, heard.handlers);
  assert.match(await heard.closed, /./);
});
