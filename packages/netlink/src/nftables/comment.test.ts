import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeComment, encodeComment, MAX_COMMENT_BYTES } from "./comment.ts";

test("a comment is type, length with NUL, text, NUL", () => {
  // as nft 1.0.6 sends it for `comment "hello"`
  assert.equal(encodeComment("hello").toString("hex"), "000668656c6c6f00");
});

test("what was written is read back", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60, unit: "grapheme" }), (text) => {
      fc.pre(!text.includes("\0") && Buffer.byteLength(text) <= MAX_COMMENT_BYTES);
      assert.equal(decodeComment(encodeComment(text)), text.toWellFormed());
    }),
  );
});

test("user data of others is read without trouble", () => {
  assert.equal(decodeComment(Buffer.alloc(0)), undefined);
  assert.equal(decodeComment(Buffer.from("01026162", "hex")), undefined);
  assert.equal(decodeComment(Buffer.from("0102616200036869" + "00", "hex")), "hi");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeComment(Buffer.from(bytes))));
});

test("what the kernel would not keep is refused", () => {
  assert.equal(encodeComment("x".repeat(MAX_COMMENT_BYTES)).length, MAX_COMMENT_BYTES + 3);
  const refused = { code: "NETLINK_ARGUMENT_INVALID" };
  assert.throws(() => encodeComment("x".repeat(MAX_COMMENT_BYTES + 1)), refused);
  assert.throws(() => encodeComment("a\0b"), refused);
});
