import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { agent as agentApi, create, toBinary } from "@fairlead/mesos-api";
import { exchange, rawClient } from "fairlead/base/http/raw-client.fixture.ts";
import { AGENT_PORT, ask, MASTER_PORT } from "../clients/wire/ask.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { residentBytes } from "../support/resident-bytes.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const JSON_TYPE = { "Content-Type": "application/json" };
const PROTOBUF_TYPE = { "Content-Type": "application/x-protobuf" };
const MIB = 1024 * 1024;
const HOST = "Host: localhost";

/** Small enough for every bound, until it is inflated. */
const BOMB = gzipSync(Buffer.alloc(256 * MIB));

/** Of a peer that was told to go away, or was cut off in the middle of what it said. */
const REFUSED = /^(HTTP\/1\.1 (400|408|417|431) |$)/;

/** Connections of somebody who has all the time in the world. */
const SLOW = 200;

const PORTS = [
  ["master", MASTER_PORT, "/api/v1/scheduler"],
  ["master's operator API", MASTER_PORT, "/api/v1"],
  ["agent", AGENT_PORT, "/api/v1"],
] as const;

test("requests that are too much, too deep, or none", async (t) => {
  const workspace = new Workspace(t);
  const master = await workspace.startMaster();
  const agent = await workspace.startRegisteredAgent();
  const pids = [master.pid, agent.pid];
  const before = pids.map(residentBytes);
  /** Held open from the beginning; what became of them is looked at last. */
  const slow = await Promise.all(
    [MASTER_PORT, AGENT_PORT].flatMap((port) => Array.from({ length: SLOW / 2 }, (_, i) => slowClient(port, i))),
  );

  for (const [who, port, path] of PORTS) {
    await t.test(`${who}: a body of 16 MiB is read, one byte more is 413`, async () => {
      const spaces = Buffer.alloc(16 * MIB, " ");
      const more = Buffer.concat([spaces, Buffer.from(" ")]);
      const largest = await ask({ port, path, headers: JSON_TYPE, body: spaces });
      assert.deepEqual([largest.status, largest.text.slice(0, 32)], [400, "Failed to parse body into JSON: "]);
      const zipped = { ...JSON_TYPE, "Content-Encoding": "gzip" };
      for (const question of [
        { headers: JSON_TYPE, body: more },
        { headers: PROTOBUF_TYPE, body: more },
        // chunked: nobody says beforehand how long it is
        { headers: JSON_TYPE, body: [spaces, Buffer.from(" ")] },
        { headers: zipped, body: gzipSync(more) },
      ]) {
        const answer = await ask({ port, path, ...question });
        assert.deepEqual([answer.status, answer.text], [413, "The request body is larger than 16777216 bytes"]);
      }
    });

    await t.test(`${who}: a bomb is not inflated beyond the bound`, async () => {
      assert.ok(BOMB.length < MIB);
      const answer = await ask({ port, path, headers: { ...JSON_TYPE, "Content-Encoding": "gzip" }, body: BOMB });
      assert.equal(answer.status, 413);
    });

    await t.test(`${who}: JSON that is nested too deep is 400`, async () => {
      for (const text of [
        "[".repeat(100_000),
        `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
        nested('{"unknown":', "}", 100_000),
        nested('{"parent":', "}", 101),
        `{"type":"GET_HEALTH","unknown":${nested("[", "]", 101)}}`,
        `{"type":"SUBSCRIBE","subscribe":${nested('{"framework_info":', "}", 50_000)}}`,
      ]) {
        const answer = await ask({ port, path, headers: JSON_TYPE, body: text });
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.text, /^Failed to parse body into JSON: nested deeper than 100 levels/);
      }
    });

    await t.test(`${who}: protobuf that is nested too deep, or none, is 400`, async () => {
      for (const body of [
        groups(100_000),
        Buffer.from([0x08]),
        Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        // a field of 2 GiB, of which nothing is there
        Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x07]),
        // the end of a group that never began, and a wire type that is none
        Buffer.from([0x0c]),
        Buffer.from([0x0f]),
        Buffer.from("\0".repeat(1000)),
      ]) {
        const answer = await ask({ port, path, headers: PROTOBUF_TYPE, body });
        assert.equal(answer.status, 400, `${body.subarray(0, 20).toString("hex")}: ${answer.text}`);
      }
    });

    await t.test(`${who}: text that is no UTF-8, or no JSON`, async () => {
      for (const body of [
        Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
        Buffer.from('{"type":"\xc3\x28"}', "latin1"),
        '{"type":"GET_HEALTH"',
        '{"type":"GET_HEALTH"}}',
        "NaN",
        "\0",
        `{"type":${"9".repeat(100_000)}}`,
      ]) {
        const answer = await ask({ port, path, headers: JSON_TYPE, body });
        assert.equal(answer.status, 400, answer.text.slice(0, 200));
        assert.ok(answer.text.length < 1000);
      }
    });
  }

  await t.test(
    "a container within a container within a container: protobuf that is nested too deep is 400",
    async () => {
      for (const [depth, status] of [
        [7, 501],
        [101, 400],
        [20_000, 400],
      ] as const) {
        const answer = await ask({
          port: AGENT_PORT,
          path: "/api/v1",
          headers: PROTOBUF_TYPE,
          body: waitNested(depth),
        });
        assert.equal(answer.status, status, `${depth}: ${answer.text}`);
      }
    },
  );

  for (const [who, port] of [
    ["master", MASTER_PORT],
    ["agent", AGENT_PORT],
  ] as const) {
    await t.test(`${who}: percent signs and paths that are none`, async () => {
      for (const [target, status] of [
        ["/%", 400],
        ["/%zz", 400],
        ["/state%", 400],
        ["/%c0%af", 400],
        ["/%ff", 400],
        ["/%00", 404],
        ["/state%00", 404],
        ["/%2e%2e/state", 404],
        ["/..%2f..%2fetc/passwd", 404],
        ["/../../etc/passwd", 404],
        ["/state/../flags", 404],
        ["//evil.example/state", 404],
        ["/%2fstate", 404],
        ["/%252e%252e/state", 404],
        ["state", 400],
        ["*", 400],
        ["http:/state", 400],
        ["/state?%", 200],
        ["/state?jsonp=%ff%00", 400],
        ["/state?jsonp=alert(1)//", 400],
        ["/\u00e9", 400],
        [`/${"a/".repeat(5000)}`, 404],
      ] as const) {
        const answer = await exchange(port, `GET ${target} HTTP/1.1\n${HOST}`);
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), `${target.slice(0, 80)}: ${answer.slice(0, 200)}`);
      }
    });

    await t.test(`${who}: floods of headers are cut off`, async () => {
      for (const head of [
        `X-Large: ${"x".repeat(20_000)}`,
        Array.from({ length: 5000 }, (_, i) => `X-${i}: y`).join("\n"),
        `X-Never-Ending${"x".repeat(200_000)}`,
        `Cookie: ${"a=b; ".repeat(10_000)}`,
      ]) {
        assert.match(await exchange(port, `GET /state HTTP/1.1\n${HOST}\n${head}`), /^HTTP\/1\.1 431 |^$/);
      }
      assert.match(await exchange(port, `GET /${"x".repeat(100_000)} HTTP/1.1\n${HOST}`), /^HTTP\/1\.1 (431|414) |^$/);
    });

    await t.test(`${who}: a request that two readers would cut differently is none`, async () => {
      for (const head of [
        "Content-Length: 5\nTransfer-Encoding: chunked",
        "Content-Length: 5\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 5, 5",
        "Content-Length: 0x5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "X: y\n folded: z\u0000",
        "No colon",
        ": empty",
      ]) {
        assert.match(
          await exchange(port, `POST /state HTTP/1.1\n${HOST}\n${head}`, "0\r\n\r\nGET /flags"),
          REFUSED,
          head,
        );
      }
      for (const chunks of ["x\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "3\r\nabcd\r\n0\r\n\r\n"]) {
        const answer = await exchange(port, `POST /state HTTP/1.1\n${HOST}\nTransfer-Encoding: chunked`, chunks);
        assert.match(answer, REFUSED, chunks);
      }
    });

    await t.test(`${who}: many requests on one connection are answered one after the other`, async () => {
      const client = await rawClient(port);
      const count = 3000;
      client.send(`GET /health HTTP/1.1\r\n${HOST}\r\n\r\n`.repeat(count));
      await client.until((text) => text.split("HTTP/1.1 200 OK").length === count + 1);
      client.close();
    });
  }

  await t.test("nobody's memory has grown by more than what was read at one time", async () => {
    for (const [i, pid] of pids.entries()) {
      const grown = residentBytes(pid) - before[i]!;
      assert.ok(grown < 192 * MIB, `${grown / MIB} MiB`);
    }
  });

  await t.test(`${SLOW} connections that say next to nothing are cut off, and were in nobody's way`, async () => {
    const answers = await Promise.all(slow.map((client) => client.ended()));
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 |^$/);
    for (const port of [MASTER_PORT, AGENT_PORT]) assert.equal((await ask({ port, path: "/state" })).status, 200);
  });
});

test("a smaller bound, if the operator wants one", async (t) => {
  const workspace = new Workspace(t);
  const small = "--max_request_body_size=64KB";
  await workspace.startMaster(small);
  await workspace.startRegisteredAgent(small);
  for (const [, port, path] of PORTS) {
    for (const [size, status] of [
      [65_536, 400],
      [65_537, 413],
    ] as const) {
      assert.equal((await ask({ port, path, headers: JSON_TYPE, body: " ".repeat(size) })).status, status);
    }
  }
});

function nested(open: string, close: string, depth: number): string {
  return `${open.repeat(depth)}${open.startsWith("{") ? "{}" : "1"}${close.repeat(depth)}`;
}

/** A field of a number that no message has, holding groups within each other. */
function groups(depth: number): Buffer {
  return Buffer.concat([Buffer.alloc(depth, 0x7b), Buffer.alloc(depth, 0x7c)]);
}

/** WAIT_NESTED_CONTAINER: ContainerID is the one message of Mesos that holds another of its kind, as its `parent`. */
function waitNested(depth: number): Uint8Array {
  const heads: Buffer[] = [];
  for (let i = 0, length = 0; i < depth; i++) {
    const value = Buffer.from([0x0a, 0x01, 0x63]);
    heads.unshift(i === 0 ? value : Buffer.concat([value, Buffer.from([0x12, ...varint(length)])]));
    length += heads[0]!.length;
  }
  const { CallSchema, Call_Type } = agentApi;
  const shallow = create(CallSchema, {
    type: Call_Type.WAIT_NESTED_CONTAINER,
    waitNestedContainer: { containerId: { value: "x" } },
  });
  // the id that is there is replaced: of a field that comes twice the last counts
  const [id, call] = [Buffer.concat(heads), Buffer.from(toBinary(CallSchema, shallow))];
  const { number } = CallSchema.field.waitNestedContainer;
  const wait = Buffer.from([0x0a, ...varint(id.length), ...id]);
  return Buffer.concat([call, Buffer.from([...varint((number << 3) | 2), ...varint(wait.length)]), wait]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** Says less and less: the half of a header, a word, nothing. */
async function slowClient(port: number, index: number) {
  const client = await rawClient(port);
  client.send([`GET /state HTTP/1.1\r\n${HOST}\r\nX-Slow: `, "GET", ""][index % 3]!);
  return client;
}
