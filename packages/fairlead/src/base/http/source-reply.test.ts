import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { permitAll } from "../authorizer.ts";
import { silentLogger } from "../log.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { serve } from "./serve.ts";

async function start(t: TestContext, source: () => Readable, sizeBytes: number): Promise<string> {
  const server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "master",
    routes: [{ path: "/file", handler: () => ({ status: 200, contentType: "text/csv", sizeBytes, source: source() }) }],
    maxBodyBytes: 1 << 20,
    maxUnreadBytes: 1 << 20,
    authorizer: permitAll,
    log: silentLogger,
    clock: new VirtualClock(),
  });
  t.after(() => server.close());
  return `http://127.0.0.1:${server.port}/file`;
}

test("an answer from a source has its size and its type", async (t) => {
  const chunk = Buffer.alloc(64 * 1024, "x");
  const source = () =>
    Readable.from(
      (function* () {
        for (let i = 0; i < 64; i++) yield chunk;
      })(),
    );
  const response = await fetch(await start(t, source, 64 * chunk.length));
  assert.equal(response.headers.get("content-length"), String(64 * chunk.length));
  assert.equal(response.headers.get("content-type"), "text/csv");
  let sizeBytes = 0;
  for await (const part of response.body!) sizeBytes += part.length;
  assert.equal(sizeBytes, 64 * chunk.length);
});

test("a source that ends early, or breaks, breaks the connection", async (t) => {
  const short = await start(t, () => Readable.from([Buffer.from("ab")]), 3);
  await assert.rejects((await fetch(short)).text());
  const broken = await start(
    t,
    () =>
      Readable.from(
        (function* () {
          yield Buffer.from("ab");
          throw new Error("the disk is gone");
        })(),
      ),
    3,
  );
  await assert.rejects((await fetch(broken)).text());
});

test("a peer that leaves ends the source", async (t) => {
  let source: Readable | undefined;
  const endless = () => {
    source = new Readable({
      read() {
        this.push(Buffer.alloc(64 * 1024));
      },
    });
    return source;
  };
  const response = await fetch(await start(t, endless, 2 ** 40));
  const ended = new Promise((resolve) => source?.once("close", resolve));
  await response.body?.cancel();
  await ended;
  assert.equal(source?.destroyed, true);
});
