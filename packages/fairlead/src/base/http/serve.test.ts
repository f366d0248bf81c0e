import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { permitAll } from "../authorizer.ts";
import { systemClock } from "../clock.ts";
import { FairleadError } from "../errors.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { ByteStream, HttpRequest, HttpServer, Route } from "./http.ts";
import { exchange, rawClient } from "./raw-client.fixture.ts";
import { jsonReply, plainReply } from "./replies.ts";
import { type ServeOptions, serve } from "./serve.ts";

const servers: HttpServer[] = [];

async function start(routes: Route[], options: Partial<ServeOptions> = {}): Promise<HttpServer> {
  const server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "master",
    routes,
    maxBodyBytes: 10_000,
    maxUnreadBytes: 10_000,
    authorizer: permitAll,
    log: silentLogger,
    clock: systemClock,
    ...options,
  });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const ECHO: Route = {
  path: "/echo",
  handler: (request: HttpRequest) =>
    jsonReply(request, {
      method: request.method,
      path: request.path,
      rest: request.rest,
      query: request.query.toString(),
      body: Buffer.from(request.body).toString(),
      principal: request.principal ?? null,
    }),
};

async function echo(head: string, body: string | Uint8Array = ""): Promise<Record<string, unknown>> {
  const { port } = await start([ECHO]);
  const answer = await exchange(port, head, body);
  assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
}

const HOST = "Host: localhost";

describe("answers", () => {
  it("carry exactly the headers that clients compare", async () => {
    const { port } = await start([{ path: "/state", handler: (request) => jsonReply(request, { a: 1 }) }]);
    const answer = await exchange(port, `GET /state HTTP/1.1\n${HOST}`);
    const [head, body] = answer.split("\r\n\r\n");
    assert.equal(body, '{"a":1}');
    const lines = head!.split("\r\n").filter((line) => !line.startsWith("Date: "));
    assert.deepEqual(lines, [
      "HTTP/1.1 200 OK",
      "Content-Type: application/json",
      "Content-Length: 7",
      "Connection: close",
    ]);
  });

  it("have no Content-Type when they are empty", async () => {
    const { port } = await start([{ path: "/call", handler: () => plainReply(202) }]);
    const answer = await exchange(port, `POST /call HTTP/1.1\n${HOST}`);
    assert.match(answer, /^HTTP\/1.1 202 Accepted\r\n/);
    assert.match(answer, /\r\nContent-Length: 0\r\n/);
    assert.doesNotMatch(answer, /content-type/i);
  });

  it("say 404 and 400 in Mesos's words", async () => {
    const { port } = await start([ECHO]);
    const answer = await exchange(port, `GET /nothing HTTP/1.1\n${HOST}`);
    assert.match(answer, /^HTTP\/1.1 404 Not Found\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
    assert.match(answer, /\r\n\r\n404 Not Found\.$/);
    assert.match(await exchange(port, `GET /echo/%zz HTTP/1.1\n${HOST}`), /^HTTP\/1.1 400 /);
  });

  it("are compressed from 1024 bytes on, if the peer takes that", async () => {
    const { port } = await start([
      {
        path: "/x",
        handler: (request) => ({
          status: 200,
          contentType: "application/json",
          body: "x".repeat(Number(request.rest[0])),
        }),
      },
    ]);
    const ask = async (size: number, accepted: string) => {
      const answer = await exchange(port, `GET /x/${size} HTTP/1.1\n${HOST}\nAccept-Encoding: ${accepted}`);
      const [head, body] = answer.split("\r\n\r\n") as [string, string];
      return { zipped: /content-encoding: gzip/i.test(head), body: Buffer.from(body, "latin1"), head };
    };
    assert.equal((await ask(1023, "gzip")).zipped, false);
    assert.equal((await ask(1024, "gzip;q=0")).zipped, false);
    assert.equal((await ask(1024, "deflate")).zipped, false);
    const { zipped, body, head } = await ask(1024, "deflate, gzip");
    assert.equal(zipped, true);
    assert.match(head, new RegExp(`Content-Length: ${body.length}`));
    assert.equal(gunzipSync(body).toString(), "x".repeat(1024));
  });

  it("come without their body to HEAD", async () => {
    const { port } = await start([ECHO]);
    const answer = await exchange(port, `HEAD /echo HTTP/1.1\n${HOST}`);
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n.*Content-Length: \d\d/s);
    assert.match(answer, /\r\n\r\n$/);
  });

  it("come in the order of pipelined requests", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const { port } = await start([
      { path: "/slow", handler: () => held.then(() => plainReply(200, "slow")) },
      {
        path: "/fast",
        handler: () => {
          release();
          return plainReply(200, "fast");
        },
      },
    ]);
    const answer = await exchange(port, `GET /slow HTTP/1.1\n${HOST}\n\nGET /fast HTTP/1.1\n${HOST}`);
    assert.match(answer, /slow.*fast/s);
  });
});

describe("requests", () => {
  it("may have any method, and reach the handler with their parts", async () => {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
      assert.deepEqual(await echo(`${method} /master/echo/a%20b/?x=1&y=%26 HTTP/1.1\n${HOST}`), {
        method,
        path: "/master/echo/a b/",
        rest: ["a b"],
        query: "x=1&y=%26",
        body: "",
        principal: null,
      });
    }
  });

  it("may carry credentials that nobody asked for", async () => {
    assert.equal((await echo(`GET /echo HTTP/1.1\n${HOST}\nAuthorization: Basic Og==`)).principal, null);
  });

  it("may have a body of any or no Content-Type", async () => {
    for (const type of [
      "",
      "\nContent-Type: application/json",
      "\nContent-Type: application/x-protobuf",
      "\nContent-Type: a/b;c=d",
      "\nContent-Type: nonsense",
    ]) {
      assert.equal((await echo(`POST /echo HTTP/1.1\n${HOST}\nContent-Length: 5${type}`, "hello")).body, "hello");
    }
  });

  it("may be chunked", async () => {
    const chunks = "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    assert.equal((await echo(`POST /echo HTTP/1.1\n${HOST}\nTransfer-Encoding: chunked`, chunks)).body, "hello");
  });

  it("may be compressed", async () => {
    const zipped = gzipSync("hello");
    const head = `POST /echo HTTP/1.1\n${HOST}\nContent-Encoding: gzip\nContent-Length: ${zipped.length}`;
    assert.equal((await echo(head, zipped)).body, "hello");
  });

  it("may come in the absolute form of proxies, and by HTTP/1.0", async () => {
    assert.equal((await echo(`GET http://localhost/echo HTTP/1.1\n${HOST}`)).path, "/echo");
    assert.equal((await echo("GET /echo HTTP/1.0")).path, "/echo");
  });

  const zipped = gzipSync("a".repeat(10_001));
  const tooLarge: [string, string, string | Uint8Array][] = [
    ["by their Content-Length", "Content-Length: 10001", "a".repeat(10_001)],
    ["by their chunks", "Transfer-Encoding: chunked", `2711\r\n${"a".repeat(10_001)}\r\n0\r\n\r\n`],
    ["when inflated", `Content-Encoding: gzip\nContent-Length: ${zipped.length}`, zipped],
  ];
  for (const [how, headers, body] of tooLarge) {
    it(`that are too large ${how} are 413, and the connection goes on`, async () => {
      const { port } = await start([ECHO]);
      const client = await rawClient(port);
      const head = `POST /echo HTTP/1.1\r\n${HOST}\r\n${headers.replaceAll("\n", "\r\n")}\r\n\r\n`;
      client.send(head);
      client.send(body);
      await client.until((text) => text.startsWith("HTTP/1.1 413 ") && text.endsWith("larger than 10000 bytes"));
      client.send(`GET /echo HTTP/1.1\r\n${HOST}\r\n\r\n`);
      await client.until((text) => text.includes("HTTP/1.1 200 OK"));
      client.close();
    });
  }

  for (const [path, status] of [
    ["/echo", 413],
    ["/none", 404],
  ] as const) {
    it(`that are refused with ${status} are listened to until their end, also where it is that of the connection`, async () => {
      const { port } = await start([ECHO]);
      // more than what the kernel takes on the way, and nothing is read before all of it is sent
      const body = "a".repeat(32 * 1024 * 1024);
      const client = await rawClient(port);
      client.socket.pause();
      client.send(`POST ${path} HTTP/1.1\r\n${HOST}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
      await new Promise((resolve) => client.socket.write(body, resolve));
      client.socket.resume();
      assert.match(await client.ended(), new RegExp(`^HTTP/1.1 ${status} `));
    });
  }

  it("are 400 when their compression is none, broken or unknown", async () => {
    const { port } = await start([ECHO]);
    const half = gzipSync("hello").subarray(0, 12);
    for (const [coding, body] of [
      ["gzip", Buffer.from("no gzip")],
      ["gzip", half],
      ["br", Buffer.from("x")],
    ] as const) {
      const head = `POST /echo HTTP/1.1\n${HOST}\nContent-Encoding: ${coding}\nContent-Length: ${body.length}`;
      assert.match(await exchange(port, head, body), /^HTTP\/1.1 400 /);
    }
  });

  it("that break off half way leave nothing behind", async () => {
    const { port } = await start([ECHO], { limits: { maxBodyBytesInFlight: 12_000 } });
    for (let i = 0; i < 5; i++) {
      const client = await rawClient(port);
      client.send(`POST /echo HTTP/1.1\r\n${HOST}\r\nContent-Length: 9000\r\n\r\n${"x".repeat(8_000)}`);
      client.socket.end();
      await client.ended();
    }
    const answer = await exchange(port, `POST /echo HTTP/1.1\n${HOST}\nContent-Length: 9000`, "x".repeat(9_000));
    assert.match(answer, /^HTTP\/1.1 200 /);
  });

  it("together may not fill the memory", async () => {
    const { port } = await start([ECHO], { limits: { maxBodyBytesInFlight: 12_000 } });
    const half = `POST /echo HTTP/1.1\r\n${HOST}\r\nContent-Length: 9000\r\n\r\n${"x".repeat(8_000)}`;
    const [first, second] = [await rawClient(port), await rawClient(port)];
    first.send(half);
    second.send(half);
    // which of the two is refused depends on the kernel
    await Promise.any([first, second].map((client) => client.until((text) => text.startsWith("HTTP/1.1 503 "))));
    first.close();
    second.close();
  });
});

describe("the edge", () => {
  it("asks the authorizer about the route before it reads the body", async () => {
    const asked: unknown[] = [];
    const authorizer = { authorize: (...args: unknown[]) => asked.push(args) === 0 };
    const { port } = await start([ECHO], { authorizer });
    const answer = await exchange(
      port,
      `POST /master/echo/deep/ HTTP/1.1\n${HOST}\nContent-Length: 20000`,
      "x".repeat(20_000),
    );
    assert.match(answer, /^HTTP\/1.1 403 .*403 Forbidden\.$/s);
    assert.deepEqual(asked, [[undefined, "get_endpoint", { kind: "endpoint", value: "/echo" }]]);
  });

  it("keeps foreign pages out on a loopback address", async () => {
    const { port } = await start([ECHO], { ownNames: ["box"] });
    assert.match(await exchange(port, "GET /echo HTTP/1.1\nHost: evil.example"), /^HTTP\/1.1 403 /);
    assert.match(await exchange(port, `POST /echo HTTP/1.1\n${HOST}\nOrigin: http://evil.example`), /^HTTP\/1.1 403 /);
    assert.match(await exchange(port, "GET /echo HTTP/1.1\nHost: box:5050"), /^HTTP\/1.1 200 /);
  });

  it("takes every name on any other address", async () => {
    const { port } = await start([ECHO], { ip: "0.0.0.0" });
    assert.match(await exchange(port, "POST /echo HTTP/1.1\nHost: example\nOrigin: http://example"), /^HTTP\/1.1 200 /);
  });

  it("turns what handlers throw into answers, and logs what nobody expected", async () => {
    const logged: string[] = [];
    const log: Logger = {
      ...silentLogger,
      error: (fields) => void logged.push(String((fields as { err: Error }).err.message)),
    };
    const { port } = await start(
      [
        {
          path: "/unknown",
          handler: () => Promise.reject(new FairleadError("CONTAINER_UNKNOWN", "no such container")),
        },
        { path: "/full", handler: () => Promise.reject(new FairleadError("STORE_FAILED", "the disk is full")) },
        {
          path: "/bug",
          handler: () => {
            throw new Error("a secret");
          },
        },
      ],
      { log },
    );
    assert.match(await exchange(port, `GET /unknown HTTP/1.1\n${HOST}`), /^HTTP\/1.1 404 .*no such container$/s);
    assert.match(await exchange(port, `GET /full HTTP/1.1\n${HOST}`), /^HTTP\/1.1 503 .*the disk is full$/s);
    assert.match(
      await exchange(port, `GET /bug HTTP/1.1\n${HOST}`),
      /^HTTP\/1.1 500 .*\r\n\r\n500 Internal Server Error\.$/s,
    );
    assert.deepEqual(logged, ["the disk is full", "a secret"]);
  });
});

describe("connections", () => {
  it("may end while the handler thinks", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const { port } = await start([
      {
        path: "/slow",
        handler: async () => {
          asked.resolve();
          await answer.promise;
          return plainReply(200, "x".repeat(2_000));
        },
      },
      ECHO,
    ]);
    for (const headers of ["", "Accept-Encoding: gzip\r\n"]) {
      const client = await rawClient(port);
      client.send(`GET /slow HTTP/1.1\r\n${HOST}\r\n${headers}\r\n`);
      await asked.promise;
      client.close();
    }
    // when this is answered the server has seen the others leave
    assert.match(await exchange(port, `GET /echo HTTP/1.1\n${HOST}`), /^HTTP\/1.1 200 /);
    answer.resolve();
    assert.match(await exchange(port, `GET /slow HTTP/1.1\n${HOST}`), /^HTTP\/1.1 200 /);
  });

  it("are closed when an answer cannot be written", async () => {
    const errors: string[] = [];
    const log: Logger = { ...silentLogger, error: (_fields, sentence) => void errors.push(sentence) };
    const headers = { "X-Bad": "a\nb" };
    const ended = Promise.withResolvers<void>();
    const open = (stream: ByteStream) => {
      stream.write(Buffer.from("x"));
      stream.onEnd(ended.resolve);
    };
    const { port } = await start(
      [
        { path: "/whole", handler: () => ({ status: 200, headers }) },
        { path: "/stream", handler: () => ({ status: 200, headers, contentType: "a/b", open }) },
      ],
      { log },
    );
    assert.equal(await exchange(port, `GET /whole HTTP/1.1\n${HOST}`), "");
    assert.equal(await exchange(port, `GET /stream HTTP/1.1\n${HOST}`), "");
    await ended.promise;
    assert.deepEqual(errors, Array(2).fill("an answer could not be written: its connection was closed"));
  });

  it("are closed when a request does not come to its end", async () => {
    const limits = { headersTimeoutMs: 20, requestTimeoutMs: 40, timeoutCheckIntervalMs: 10 };
    const { port } = await start([ECHO], { limits });
    for (const part of [
      `GET /echo HTTP/1.1\r\nHost:`,
      `POST /echo HTTP/1.1\r\n${HOST}\r\nContent-Length: 5\r\n\r\nhel`,
    ]) {
      const client = await rawClient(port);
      client.send(part);
      assert.match(await client.ended(), /^HTTP\/1.1 408 /);
    }
  });

  it("may bring any bytes", async () => {
    const { port } = await start([ECHO]);
    const line = fc.constantFrom(
      "GET /echo HTTP/1.1\r\n",
      "CONNECT localhost:1 HTTP/1.1\r\n",
      "OPTIONS * HTTP/1.1\r\n",
      "QUERY /echo HTTP/1.1\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      `${HOST}\r\n`,
      "Upgrade: websocket\r\nConnection: upgrade\r\n",
      "Expect: 100-continue\r\n",
      "Expect: miracles\r\n",
      "Content-Length: 3\r\n",
      "Content-Length: -1\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Content-Encoding: gzip\r\n",
      "\r\n",
      "ffffffffffffffff\r\n",
    );
    const bytes = fc.array(fc.oneof({ weight: 4, arbitrary: line }, fc.string({ unit: "binary" })), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bytes, async (parts) => {
        const client = await rawClient(port);
        client.send(parts.join(""));
        client.socket.end();
        await client.ended();
      }),
      { numRuns: 100 },
    );
    assert.match(await exchange(port, `GET /echo HTTP/1.1\n${HOST}`), /^HTTP\/1.1 200 /);
  });

  it("are bounded in number", async () => {
    const { port } = await start([ECHO], { limits: { maxConnections: 2 } });
    const kept = [await rawClient(port), await rawClient(port)];
    const dropped = await rawClient(port);
    assert.equal(await dropped.ended(), "");
    for (const client of kept) {
      client.send(`GET /echo HTTP/1.1\r\n${HOST}\r\n\r\n`);
      await client.until((text) => text.startsWith("HTTP/1.1 200 "));
      client.close();
    }
  });

  it("are closed at once when the server closes, idle or waiting", async () => {
    const { port, close } = await start([{ path: "/never", handler: () => new Promise(() => {}) }, ECHO]);
    const waiting = await rawClient(port);
    waiting.send(`GET /never HTTP/1.1\r\n${HOST}\r\n\r\n`);
    const idle = await rawClient(port);
    idle.send(`GET /echo HTTP/1.1\r\n${HOST}\r\n\r\n`);
    await idle.until((text) => text.includes("200 OK"));
    await close();
    await Promise.all([waiting.ended(), idle.ended()]);
  });
});

describe("serve", () => {
  it("says when an address cannot be had", async () => {
    const { port } = await start([ECHO]);
    await assert.rejects(start([ECHO], { port }), (error) => FairleadError.is(error, "ADDRESS_UNAVAILABLE"));
    await assert.rejects(start([ECHO], { ip: "192.0.2.1" }), (error) => FairleadError.is(error, "ADDRESS_UNAVAILABLE"));
  });

  it("serves agents under their name", async () => {
    const { port } = await start([ECHO], { process: "slave(1)" });
    assert.match(await exchange(port, `GET /slave%281%29/echo HTTP/1.1\n${HOST}`), /^HTTP\/1.1 200 /);
  });
});
