import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { MASTER_PORT } from "./wire/ask.ts";
import { ENCODINGS, MEDIA_TYPES } from "./wire/encoding.ts";
import type { Event } from "./wire/messages.ts";
import { RecordCutter } from "./wire/records.ts";
import { task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

/** Seconds; no flag of Mesos changes it. */
const HEARTBEAT_INTERVAL = 15;

test("event streams", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();

  // its heartbeats come while the other tests run
  const startedAt = performance.now();
  const listener = await WireFramework.subscribe({ subscribe: { suppressed_roles: ["*"] } });

  for (const encoding of ENCODINGS) {
    await t.test(`rule 17: a stream of ${encoding} is chunked, without length, of exactly that type`, async () => {
      await using framework = await WireFramework.subscribe({ encoding });
      assert.equal(framework.headers["content-type"], MEDIA_TYPES[encoding]);
      assert.equal(framework.headers["transfer-encoding"], "chunked");
      assert.equal(framework.headers["content-length"], undefined);
      assert.equal(framework.headers["content-encoding"], undefined);
      assert.match(framework.streamId, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    });

    await t.test(
      `rule 16: nothing stands between the records of ${encoding}, and the first HEARTBEAT comes second`,
      async () => {
        await using framework = await WireFramework.subscribe({ encoding });
        // the cutter refuses everything but digits, newline, record, digits
        await framework.launch(task(`one-${encoding}`, "true"));
        await framework.update(`one-${encoding}`, "TASK_FINISHED");
        assert.deepEqual(
          framework.events.slice(0, 3).map(({ type }) => type),
          ["SUBSCRIBED", "HEARTBEAT", "OFFERS"],
        );
        assert.equal(framework.events[0]?.subscribed?.heartbeat_interval_seconds, HEARTBEAT_INTERVAL);
      },
    );
  }

  await t.test("rule 17: the stream is compressed for nobody", async () => {
    await using framework = await WireFramework.subscribe({ headers: { "Accept-Encoding": "gzip" } });
    assert.equal(framework.headers["content-encoding"], undefined);
    assert.equal(framework.events[0]?.type, "SUBSCRIBED");
  });

  await t.test("rule 16: records of JSON are single lines", async () => {
    await using framework = await WireFramework.subscribe();
    await framework.launch(task("lines", "echo 'two\nlines'", { labels: { labels: [{ key: "k", value: "a\nb" }] } }));
    await framework.update("lines", "TASK_FINISHED");
    for (const record of framework.records) assert.ok(!record.includes("\n"), record.toString());
  });

  await t.test("rule 16: a record is flushed whole: no chunk on the socket ends within one", async () => {
    const cutter = new RecordCutter();
    const types: string[] = [];
    for await (const chunk of chunksOfSubscribe()) {
      types.push(...cutter.push(chunk).map((record) => (JSON.parse(record.toString()) as Event).type));
      assert.ok(cutter.empty, chunk.toString());
      if (types.length >= 3) break;
    }
    assert.deepEqual(types, ["SUBSCRIBED", "HEARTBEAT", "OFFERS"]);
  });

  await t.test("rule 16: then a HEARTBEAT every 15 seconds", async () => {
    await listener.until("the second heartbeat", () => listener.events.length >= 3);
    const elapsed = (performance.now() - startedAt) / 1000;
    const [first, ...beats] = listener.events.map(({ type }) => type);
    assert.equal(first, "SUBSCRIBED");
    assert.deepEqual(new Set(beats), new Set(["HEARTBEAT"]));
    // never early; a busy machine may be late
    assert.ok(elapsed >= HEARTBEAT_INTERVAL * (beats.length - 1) - 0.1, `${beats.length} in ${elapsed} seconds`);
    await listener.teardown();
  });
});

/** The chunks of the answer to a SUBSCRIBE, cut at the socket as the sender framed them. */
async function* chunksOfSubscribe(): AsyncGenerator<Buffer> {
  const body = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "raw" } } });
  const head = ["POST /api/v1/scheduler HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"];
  const socket = connect({ host: "127.0.0.1", port: MASTER_PORT });
  socket.write([...head, `Content-Length: ${body.length}`, "", body].join("\r\n"));
  let rest = Buffer.alloc(0);
  let inBody = false;
  for await (const data of socket) {
    rest = Buffer.concat([rest, data]);
    if (!inBody) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) continue;
      assert.match(rest.toString("latin1", 0, end), /^HTTP\/1\.1 200 OK\r\n/);
      rest = rest.subarray(end + 4);
      inBody = true;
    }
    for (;;) {
      const size = /^([\da-f]+)\r\n/i.exec(rest.toString("latin1"));
      if (size === null) break;
      const begin = size[0].length;
      const end = begin + Number.parseInt(size[1]!, 16);
      if (rest.length < end + 2) break;
      yield rest.subarray(begin, end);
      rest = rest.subarray(end + 2);
    }
  }
}
