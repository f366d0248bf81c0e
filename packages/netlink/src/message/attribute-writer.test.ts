import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AttributeWriter } from "./attribute-writer.ts";
import { listAttributes } from "./attributes.ts";

type Write = (writer: AttributeWriter) => AttributeWriter;

const KINDS: readonly (readonly [Write, string])[] = [
  [(writer) => writer.flag(1), ""],
  [(writer) => writer.u8(1, 0x12), "12"],
  [(writer) => writer.u16(1, 0x1234), "3412"],
  [(writer) => writer.u32(1, 0x12345678), "78563412"],
  [(writer) => writer.s32(1, -2), "feffffff"],
  [(writer) => writer.u64(1, 0x0102030405060708n), "0807060504030201"],
  [(writer) => writer.be16(1, 0x1234), "1234"],
  [(writer) => writer.be32(1, 0x12345678), "12345678"],
  [(writer) => writer.be64(1, 0x0102030405060708n), "0102030405060708"],
  [(writer) => writer.string(1, "veth"), "7665746800"],
  [(writer) => writer.bytes(1, Buffer.from("abcdef", "hex")), "abcdef"],
  [(writer) => writer.nested(1, (nest) => nest.u8(2, 3)), "0500020003000000"],
];

test("attributes are read as they were written, wherever the buffer has to grow", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 400, size: "max" }), (kinds) => {
      const writer = new AttributeWriter();
      for (const [write] of kinds) write(writer);
      const read = listAttributes(writer.toBytes()).map(([, value]) => value.toString("hex"));
      assert.deepEqual(
        read,
        kinds.map(([, hex]) => hex),
      );
    }),
  );
});
