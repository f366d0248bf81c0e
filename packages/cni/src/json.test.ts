import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJsonObject } from "./json.ts";
import { MAX_JSON_DEPTH } from "./limits.ts";

test("an object comes back as it was written", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(parseJsonObject(text), JSON.parse(text));
      assert.deepEqual(parseJsonObject(Buffer.from(text)), JSON.parse(text));
    }),
  );
});

test("any bytes are either an object or a SyntaxError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        assert.equal(typeof parseJsonObject(bytes), "object");
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
      }
    }),
  );
});

test("a key named __proto__ stays a plain key", () => {
  const value = parseJsonObject('{"__proto__":{"x":1}}');
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

for (const [what, text] of [
  ["an array", "[]"],
  ["null", "null"],
  ["a string", '"x"'],
  ["nothing", ""],
  ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ["too deep", `{"a":${"[".repeat(MAX_JSON_DEPTH)}${"]".repeat(MAX_JSON_DEPTH)}}`],
  ["endlessly deep", "[".repeat(1_000_000)],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseJsonObject(text), SyntaxError);
  });
}

test("brackets inside strings do not count as depth", () => {
  const value = { a: `${'\\"['.repeat(500)}` };
  assert.deepEqual(parseJsonObject(JSON.stringify(value)), value);
});
