import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ContainerIDSchema, create, scheduler, toBinary } from "@fairlead/mesos-api";
import fc from "fast-check";
import { JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { type ReadCall, readCall } from "./read-call.ts";
import { isReply } from "./replies.ts";

const schema = scheduler.CallSchema;

function read(contentType: string | undefined, body: string | Uint8Array) {
  return readCall(
    { headers: contentType === undefined ? {} : { "content-type": contentType }, body: Buffer.from(body) },
    schema,
  );
}

function call(result: ReturnType<typeof read>): ReadCall<typeof schema> {
  assert.ok(!isReply(result), "a call was expected");
  return result;
}

function refused(result: ReturnType<typeof read>): [number, string] {
  assert.ok(isReply(result), "a refusal was expected");
  return [result.status, String("body" in result ? result.body : "")];
}

describe("readCall", () => {
  it("reads JSON, also with a charset", () => {
    for (const contentType of [JSON_TYPE, `${JSON_TYPE}; charset=utf-8`]) {
      const { message, mediaType } = call(read(contentType, '{"type":"KILL","kill":{"task_id":{"value":"t"}}}'));
      assert.equal(message.kill?.taskId?.value, "t");
      assert.equal(mediaType, JSON_TYPE);
    }
  });

  it("reads protobuf", () => {
    const bytes = toBinary(schema, create(schema, { type: scheduler.Call_Type.REVIVE }));
    const { message, mediaType } = call(read(PROTOBUF_TYPE, bytes));
    assert.equal(message.type, scheduler.Call_Type.REVIVE);
    assert.equal(mediaType, PROTOBUF_TYPE);
  });

  it("asks for a Content-Type", () => {
    assert.deepEqual(refused(read(undefined, "{}")), [400, "Expecting 'Content-Type' to be present"]);
    assert.deepEqual(refused(read("text/plain", "{}")), [
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
    ]);
  });

  it("tells in Mesos's words what is wrong with JSON", () => {
    assert.match(refused(read(JSON_TYPE, "{"))[1], /^Failed to parse body into JSON: /);
    assert.match(refused(read(JSON_TYPE, Uint8Array.of(0x22, 0xff, 0x22)))[1], /^Failed to parse body into JSON: /);
    assert.match(refused(read(JSON_TYPE, "[".repeat(100_000)))[1], /^Failed to parse body into JSON: /);
    assert.match(refused(read(JSON_TYPE, "[]"))[1], /^Failed to convert JSON into Call protobuf: /);
    assert.match(
      refused(read(JSON_TYPE, '{"kill":{}}'))[1],
      /^Failed to convert JSON into Call protobuf: Missing required fields: kill\.task_id/,
    );
  });

  it("says of protobuf only that it is none", () => {
    const expected = [400, "Failed to parse body into Call protobuf"];
    assert.deepEqual(refused(read(PROTOBUF_TYPE, Uint8Array.of(0xff, 0xff))), expected);
    // kill, without its required task_id
    assert.deepEqual(refused(read(PROTOBUF_TYPE, Uint8Array.of(0x32, 0x00))), expected);
  });

  it("refuses messages that are nested too deep", () => {
    const nested = (levels: number) => {
      let id = create(ContainerIDSchema, { value: "c" });
      for (let level = 1; level < levels; level++) id = create(ContainerIDSchema, { value: "c", parent: id });
      const body = toBinary(ContainerIDSchema, id);
      return readCall({ headers: { "content-type": PROTOBUF_TYPE }, body }, ContainerIDSchema);
    };
    assert.ok(!isReply(nested(50)));
    assert.ok(isReply(nested(500)));
  });

  it("refuses more messages than memory should hold", () => {
    const items = (count: number) => Buffer.alloc(2 * count, Uint8Array.of(0x0a, 0x00));
    const decline = (offers: Buffer) => {
      const length = Buffer.from([
        (offers.length & 127) | 128,
        ((offers.length >> 7) & 127) | 128,
        ((offers.length >> 14) & 127) | 128,
        offers.length >> 21,
      ]);
      return Buffer.concat([Uint8Array.of(0x22), length, offers]);
    };
    const [, text] = refused(read(PROTOBUF_TYPE, decline(items(1_000_001))));
    assert.equal(text, "Failed to parse body into Call protobuf: more than 1000000 messages");
    const [status, json] = refused(read(JSON_TYPE, Buffer.from(`{"x":[${"{},".repeat(1_000_000)}{}]}`)));
    assert.deepEqual([status, json], [400, "Failed to parse body into JSON: more than 1000000 objects and arrays"]);
  });

  it("never throws for any body", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(JSON_TYPE, PROTOBUF_TYPE), (body, contentType) => {
        read(contentType, body);
      }),
    );
  });
});
