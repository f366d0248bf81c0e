import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NetlinkError } from "../errors.ts";
import { AttributeWriter } from "../message/attribute-writer.ts";
import { readAddress } from "./addresses/list-addresses.ts";
import { AttributeReader } from "./attribute-reader.ts";
import { readLink } from "./links/link.ts";
import { readForwardingEntry } from "./neighbours/forwarding-entry.ts";
import { readNeighbour } from "./neighbours/neighbour.ts";
import { readRoute } from "./routes/route.ts";

const isInvalid = (error: unknown) => error instanceof NetlinkError && error.code === "NETLINK_ANSWER_INVALID";

test("what was written is read again", () => {
  const payload = new AttributeWriter(Buffer.from([1, 2, 3, 4]))
    .u8(1, 200)
    .u32(2, 0xfffffffe)
    .s32(3, -2)
    .be16(4, 4789)
    .string(5, "eth0")
    .bytes(6, Buffer.from([10, 0, 0, 1]))
    .nested(7, (nested) => nested.u32(1, 5))
    .toBytes();
  const reader = new AttributeReader(payload, 4);
  assert.deepEqual([...reader.header], [1, 2, 3, 4]);
  assert.deepEqual(
    [reader.u8(1), reader.u32(2), reader.s32(3), reader.be16(4), reader.text(5)],
    [200, 0xfffffffe, -2, 4789, "eth0"],
  );
  assert.deepEqual(reader.ip(6, 2), { family: 4, bytes: Uint8Array.of(10, 0, 0, 1) });
  assert.equal(reader.ip(6, 10), undefined);
  assert.equal(reader.nested(7).u32(1), 5);
  assert.deepEqual([reader.u32(9), reader.text(9), reader.nested(9).u32(1)], [undefined, undefined, undefined]);
});

test("what is too short is an invalid answer", () => {
  assert.throws(() => new AttributeReader(Buffer.alloc(3), 4), isInvalid);
  const reader = new AttributeReader(new AttributeWriter().u8(1, 1).toBytes(), 0);
  assert.throws(() => reader.u32(1), isInvalid);
  assert.throws(() => reader.be16(1), isInvalid);
});

const READERS = { readLink, readAddress, readRoute, readNeighbour, readForwardingEntry };
/** Attributes with the types and lengths that mean something, and with others. */
const attribute = fc.record({ type: fc.integer({ min: 0, max: 60 }), value: fc.uint8Array({ maxLength: 24 }) });
const attributes = fc.array(attribute, { maxLength: 12 }).map((list) => {
  const writer = new AttributeWriter();
  for (const { type, value } of list) writer.bytes(type, value);
  return writer.toBytes();
});
const header = fc.uint8Array({ minLength: 16, maxLength: 16 });
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.constantFrom(8, 12, 16), header, attributes).map(([bytes, head, rest]) => {
    return Buffer.concat([head.subarray(0, bytes), rest]);
  }),
);

for (const [name, read] of Object.entries(READERS)) {
  test(`${name} reads any bytes, or says that they are invalid`, () => {
    fc.assert(
      fc.property(payload, (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          assert.ok(isInvalid(error), String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
}
