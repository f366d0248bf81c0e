import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeRecord } from "./encode-record.ts";
import { RecordDecoder } from "./record-decoder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (records: Uint8Array[]) => records.map((record) => new TextDecoder().decode(record));

test("a record is its length in bytes, a newline and its bytes", () => {
  assert.deepEqual(encodeRecord(bytes('{"ü":1}')), bytes('8\n{"ü":1}'));
  assert.throws(() => encodeRecord(new Uint8Array()), RangeError);
});

test("records come out whole, wherever the chunks are cut", () => {
  const record = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .map((one) => (one.length > 250 ? Uint8Array.from({ length: one.length * 50 }, (_, i) => i) : one));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.array(fc.nat()), (records, cuts) => {
      const stream = Buffer.concat(records.map(encodeRecord));
      const borders = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
      const decoder = new RecordDecoder();
      const decoded = borders.flatMap((border, i) => decoder.decode(stream.subarray(border, borders[i + 1] ?? border)));
      assert.deepEqual(
        decoded.map((one) => [...one]),
        records.map((one) => [...one]),
      );
      assert.equal(decoder.isPartial, false);
    }),
  );
});

test("a stream that stops within a record is known to", () => {
  const decoder = new RecordDecoder();
  assert.equal(decoder.isPartial, false);
  decoder.decode(bytes("1"));
  assert.equal(decoder.isPartial, true);
  decoder.decode(bytes("0\n"));
  assert.equal(decoder.isPartial, true);
  assert.deepEqual(texts(decoder.decode(bytes("0123456789"))), ["0123456789"]);
  assert.equal(decoder.isPartial, false);
});

test("an empty record never comes out", () => {
  assert.deepEqual(texts(new RecordDecoder().decode(bytes("0\n1\na0\n000\n002\nbc"))), ["a", "bc"]);
});

test("what is no length is refused", () => {
  for (const stream of ["\n", "x", "-1\n", "1 \n", "0x1\n", "1.5\n", "1\na\n", "1".repeat(21)]) {
    assert.throws(() => new RecordDecoder().decode(bytes(stream)), { name: "RecordError", code: "RECORD_INVALID" });
  }
});

test("a record beyond the limit is refused before it is kept", () => {
  const decoder = () => new RecordDecoder({ maxRecordBytes: 5 });
  assert.deepEqual(texts(decoder().decode(bytes("5\nabcde"))), ["abcde"]);
  assert.throws(() => decoder().decode(bytes("6\n")), {
    code: "RECORD_TOO_LARGE",
    message: "A record of 6 bytes is larger than the limit of 5 bytes",
  });
  assert.throws(() => new RecordDecoder().decode(bytes("99999999999999999999\n")), { code: "RECORD_TOO_LARGE" });
});
