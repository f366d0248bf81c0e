import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { create } from "@bufbuild/protobuf";
import { Response_Type, ResponseSchema } from "../gen/mesos/v1/master/master_pb.js";
import { Value_Type } from "../gen/mesos/v1/resource_pb.js";
import { Event_Type, EventSchema } from "../gen/mesos/v1/scheduler/scheduler_pb.js";
import { startServer } from "./clients/server.fixture.ts";
import { writeJson } from "./json/write.ts";
import { encodeRecord } from "./recordio/encode-record.ts";

const PACKAGE = join(import.meta.dirname, "..");
const README = await readFile(join(PACKAGE, "README.md"), "utf8");

/** Runs code as a user of the package would: it is imported by its name. */
async function run(code: string): Promise<string> {
  const flags = ["--conditions=@fairlead/source", "--input-type=module-typescript", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: PACKAGE });
  return stdout;
}

const EVENTS = [
  create(EventSchema, { type: Event_Type.SUBSCRIBED, subscribed: { frameworkId: { value: "f-0000" } } }),
  create(EventSchema, { type: Event_Type.HEARTBEAT }),
  create(EventSchema, {
    type: Event_Type.OFFERS,
    offers: {
      offers: [
        {
          id: { value: "o" },
          frameworkId: { value: "f-0000" },
          agentId: { value: "a" },
          hostname: "node-1",
          resources: [
            { name: "cpus", type: Value_Type.SCALAR, scalar: { value: 1.5 } },
            { name: "ports", type: Value_Type.RANGES, ranges: { range: [{ begin: 1n, end: 2n }] } },
          ],
        },
      ],
    },
  }),
];

test("the example runs", async (t) => {
  const server = await startServer(t, ({ path, body }, response) => {
    response.setHeader("content-type", "application/json");
    if (path === "/api/v1") {
      const getVersion = { versionInfo: { version: "1.11.0" } };
      response.end(writeJson(ResponseSchema, create(ResponseSchema, { type: Response_Type.GET_VERSION, getVersion })));
    } else if (body.includes("SUBSCRIBE")) {
      for (const event of EVENTS) {
        response.write(encodeRecord(Buffer.from(writeJson(EventSchema, event))));
      }
    } else {
      response.writeHead(202).end();
    }
  });
  const [, example = ""] = /```ts\n(.*?)```/s.exec(README) ?? [];
  const printed = await run(example.replaceAll("127.0.0.1:5050", server.address));
  assert.equal(printed, "1.11.0\nf-0000\nnode-1 1.5 [ { begin: 1n, end: 2n } ]\n");
  assert.match(server.received.at(-1)?.body.toString() ?? "", /TEARDOWN/);
});

test("the table of errors has every code, and no other", async () => {
  const source = await readFile(join(import.meta.dirname, "errors.ts"), "utf8");
  const codes = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code);
  assert.equal(codes(README, /^\| `([A-Z_]+)`/gm).length, 15);
  assert.deepEqual(codes(README, /^\| `([A-Z_]+)`/gm), codes(source, /^ {2}\| "([A-Z_]+)"/gm));
});
