import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { create, type MediaType, RecordDecoder, scheduler, toBinary } from "@fairlead/mesos-api";
import { permitAll } from "../authorizer.ts";
import { systemClock } from "../clock.ts";
import type { EventStream } from "../event-stream.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { HttpServer } from "./http.ts";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { rawClient } from "./raw-client.fixture.ts";
import { recordStreamReply } from "./record-stream.ts";
import { serve } from "./serve.ts";

const HEARTBEAT = create(scheduler.EventSchema, { type: scheduler.Event_Type.HEARTBEAT });
const JSON_HEARTBEAT = '{"type":"HEARTBEAT"}';
const SUBSCRIBE = "POST /s HTTP/1.1\r\nHost: localhost\r\n\r\n";

let server: HttpServer | undefined;
afterEach(() => server?.close());

/** A server whose only route opens a stream; `ends` counts how often its end was told. */
async function start(
  options: {
    mediaType?: MediaType;
    log?: Logger;
    maxUnreadBytes?: number;
    limits?: Parameters<typeof serve>[0]["limits"];
    before?: Promise<void>;
    open?: (events: EventStream<scheduler.Event>) => void;
  } = {},
) {
  const seen = { ends: 0, opened: 0 };
  const opened = Promise.withResolvers<EventStream<scheduler.Event>>();
  const ended = Promise.withResolvers<void>();
  server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "master",
    routes: [
      {
        path: "/s",
        handler: async () => {
          await options.before;
          return recordStreamReply(
            options.mediaType ?? JSON_TYPE,
            scheduler.EventSchema,
            { "Mesos-Stream-Id": "id" },
            (events, onEnd) => {
              seen.opened++;
              onEnd(() => {
                seen.ends++;
                ended.resolve();
              });
              options.open?.(events);
              opened.resolve(events);
            },
          );
        },
      },
    ],
    maxBodyBytes: 100,
    maxUnreadBytes: options.maxUnreadBytes ?? 1_000_000,
    authorizer: permitAll,
    log: options.log ?? silentLogger,
    clock: systemClock,
    limits: options.limits ?? {},
  });
  return { server, seen, opened: opened.promise, ended: ended.promise };
}

/** The chunks of a chunked body, as far as they are there. */
function chunks(answer: string): string[] {
  const found: string[] = [];
  let rest = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/.exec(rest);
    if (size === null) return found;
    const start = size[0].length;
    const end = start + Number.parseInt(size[1]!, 16);
    if (rest.length < end + 2) return found;
    found.push(rest.slice(start, end));
    rest = rest.slice(end + 2);
  }
}

describe("recordStreamReply", () => {
  it("sends its header at once, chunked, with the records' type", async () => {
    const { server, opened } = await start();
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const head = await client.until((text) => text.includes("\r\n\r\n"));
    const lines = head.split("\r\n").filter((line) => line !== "" && !/^(Date|Keep-Alive):/.test(line));
    assert.deepEqual(lines, [
      "HTTP/1.1 200 OK",
      "Mesos-Stream-Id: id",
      "Content-Type: application/json",
      "Connection: keep-alive",
      "Transfer-Encoding: chunked",
    ]);
    (await opened).end();
    client.close();
  });

  it("sends each JSON record by itself and at once, without a line break", async () => {
    const { server, opened } = await start();
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const events = await opened;
    for (let count = 1; count <= 3; count++) {
      events.send(HEARTBEAT);
      const answer = await client.until((text) => chunks(text).length === count);
      assert.deepEqual(chunks(answer), Array(count).fill(`20\n${JSON_HEARTBEAT}`));
    }
    events.end();
    assert.equal(chunks(await client.until((text) => text.endsWith("0\r\n\r\n"))).at(-1), "");
    client.close();
  });

  it("sends protobuf records", async () => {
    const { server, opened } = await start({ mediaType: PROTOBUF_TYPE });
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    (await opened).send(HEARTBEAT);
    const answer = await client.until((text) => chunks(text).length === 1);
    assert.match(answer, /\r\nContent-Type: application\/x-protobuf\r\n/);
    const records = new RecordDecoder().decode(Buffer.from(chunks(answer)[0]!, "latin1"));
    assert.deepEqual(
      records.map((record) => Buffer.from(record)),
      [Buffer.from(toBinary(scheduler.EventSchema, HEARTBEAT))],
    );
    client.close();
  });

  it("tells its end once when the peer leaves, and takes no more events", async () => {
    const { server, opened, ended, seen } = await start();
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const events = await opened;
    client.close();
    await ended;
    events.send(HEARTBEAT);
    events.end();
    events.end();
    await server.close();
    assert.equal(seen.ends, 1);
  });

  it("tells its end once when the owner ends it, after the call", async () => {
    const { server, opened, ended, seen } = await start();
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const events = await opened;
    events.send(HEARTBEAT);
    events.end();
    assert.equal(seen.ends, 0);
    events.send(HEARTBEAT);
    await ended;
    assert.deepEqual(chunks(await client.until((text) => text.endsWith("0\r\n\r\n"))), [`20\n${JSON_HEARTBEAT}`, ""]);
    // the connection can be used again
    client.send(SUBSCRIBE);
    await client.until((text) => text.split("200 OK").length === 3);
    client.close();
  });

  it("opens and ends when the peer left while the handler thought", async () => {
    const gone = Promise.withResolvers<void>();
    const { server, ended, seen } = await start({ before: gone.promise, open: (events) => events.send(HEARTBEAT) });
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    client.close();
    // a second request that is refused has come after the first one's end was noticed
    const other = await rawClient(server.port);
    other.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await other.until((text) => text.includes("404"));
    gone.resolve();
    await ended;
    assert.deepEqual(seen, { ends: 1, opened: 1 });
    other.close();
  });

  it("drops a reader that leaves more than the bound unread, and logs it", async () => {
    const warned: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_fields, sentence) => void warned.push(sentence) };
    const { server, opened, ended, seen } = await start({ log, maxUnreadBytes: 10_000 });
    const client = await rawClient(server.port);
    client.socket.pause();
    client.send(SUBSCRIBE);
    const events = await opened;
    const large = create(scheduler.EventSchema, {
      type: scheduler.Event_Type.ERROR,
      error: { message: "x".repeat(100_000) },
    });
    let sent = 0;
    while (seen.ends === 0 && sent < 1000) {
      events.send(large);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    assert.ok(sent < 1000, "the kernel's buffers hold less than 100 MB");
    assert.deepEqual(warned, ["a reader of a stream does not keep up: its connection was closed"]);
    client.close();
  });

  it("lets one event be larger than the bound", async () => {
    const { server, opened } = await start({ maxUnreadBytes: 1_000 });
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const message = "x".repeat(5_000_000);
    (await opened).send(create(scheduler.EventSchema, { type: scheduler.Event_Type.ERROR, error: { message } }));
    const [record] = chunks(await client.until((text) => chunks(text).length === 1));
    assert.ok(record?.includes(message));
    client.close();
  });

  it("outlives the timeouts of requests and idle connections", async () => {
    const limits = {
      headersTimeoutMs: 5,
      requestTimeoutMs: 10,
      timeoutCheckIntervalMs: 5,
      keepAliveTimeoutMs: 5,
      stalledAnswerTimeoutMs: 5,
    };
    const { server, opened, seen } = await start({ limits });
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    const events = await opened;
    // a request that is never finished is cut by the same timeouts: when that has happened, the stream has survived them
    const slow = await rawClient(server.port);
    slow.send("POST /s HTTP/1.1\r\nHost:");
    await slow.ended();
    assert.equal(seen.ends, 0);
    events.send(HEARTBEAT);
    await client.until((text) => chunks(text).length === 1);
    client.close();
  });

  it("ends when the server closes", async () => {
    const { server, opened, ended, seen } = await start();
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    (await opened).send(HEARTBEAT);
    await server.close();
    await ended;
    assert.deepEqual(chunks(await client.ended()), [`20\n${JSON_HEARTBEAT}`, ""]);
    assert.equal(seen.ends, 1);
  });

  it("that cannot be opened closes its connection", async () => {
    const errors: string[] = [];
    const log: Logger = { ...silentLogger, error: (_fields, sentence) => void errors.push(sentence) };
    const { server } = await start({
      log,
      open: () => {
        throw new Error("a bug");
      },
    });
    const client = await rawClient(server.port);
    client.send(SUBSCRIBE);
    await client.ended();
    assert.deepEqual(errors, ["an answer could not be written: its connection was closed"]);
  });
});
