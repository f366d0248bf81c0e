import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NetlinkError } from "../errors.ts";
import { AttributeWriter } from "../message/attribute-writer.ts";
import { readFilter } from "./filter.ts";
import { readQdisc } from "./qdisc.ts";
import { readTbf } from "./tbf.ts";
import { TRAFFIC_HEADER_BYTES, TrafficAttribute } from "./traffic-message.ts";

const attribute = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 64 }));
const options = fc.array(attribute, { maxLength: 6 }).map((list) => {
  const writer = new AttributeWriter();
  for (const [type, value] of list) writer.bytes(type, value);
  return writer.toBytes();
});
const header = fc.uint8Array({ minLength: TRAFFIC_HEADER_BYTES, maxLength: TRAFFIC_HEADER_BYTES });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(header, fc.constantFrom("tbf", "u32", "htb"), options).map(([head, kind, bytes]) => {
    return new AttributeWriter(head)
      .string(TrafficAttribute.kind, kind)
      .bytes(TrafficAttribute.options, bytes)
      .toBytes();
  }),
);

test("any bytes are read, or said to be invalid", () => {
  fc.assert(
    fc.property(payload, (bytes) => {
      for (const read of [() => readTbf(readQdisc(bytes)), () => readFilter(bytes)]) {
        try {
          read();
        } catch (error) {
          assert.ok(error instanceof NetlinkError, String(error));
          assert.equal(error.code, "NETLINK_ANSWER_INVALID");
        }
      }
    }),
    { numRuns: 2000 },
  );
});
