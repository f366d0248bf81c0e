import assert from "node:assert/strict";

const NEWLINE = 0x0a;

/**
 * Cuts a RecordIO stream, taking nothing that a strict client would not: decimal digits, one newline, that many bytes, and at once the
 * digits of the next record.
 */
export class RecordCutter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const records: Buffer[] = [];
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      const head = this.#rest.toString("latin1", 0, end < 0 ? this.#rest.length : end);
      assert.match(head, end < 0 ? /^(|[1-9]\d*)$/ : /^[1-9]\d*$/, "where the length of a record should stand");
      const length = Number(head);
      if (end < 0 || this.#rest.length < end + 1 + length) return records;
      records.push(this.#rest.subarray(end + 1, end + 1 + length));
      this.#rest = this.#rest.subarray(end + 1 + length);
    }
  }

  /** Whether the stream could end here. */
  get empty(): boolean {
    return this.#rest.length === 0;
  }
}
