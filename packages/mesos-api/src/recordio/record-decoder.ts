import { MAX_LENGTH_DIGITS, MAX_RECORD_BYTES, MIN_BUFFER_BYTES } from "./limits.ts";
import { RecordError } from "./record-error.ts";

const EMPTY = new Uint8Array();

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Splits a RecordIO stream into its records, whatever chunks it comes in.
 *
 * Throws {@link RecordError}: RECORD_INVALID, RECORD_TOO_LARGE. Discard the decoder then: where the next record begins is not known.
 *
 * Source: Mesos's `stout/recordio.hpp`.
 */
export class RecordDecoder {
  readonly #maxRecordBytes: number;
  /** The digits of a length that is not complete. */
  #digits = "";
  /** Bytes of the current record; 0 between records. */
  #length = 0;
  /** What there is of the current record: its first `#filled` bytes. It grows with them, not with what a peer announces. */
  #record = EMPTY;
  #filled = 0;

  /** `maxRecordBytes` bounds what the decoder keeps: 16 MiB by default. */
  constructor(options: { readonly maxRecordBytes?: number } = {}) {
    this.#maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
  }

  /** Whether the stream stopped within a record, or within its length. */
  get isPartial(): boolean {
    return this.#digits !== "" || this.#length > 0;
  }

  /**
   * The records that are complete with this chunk, in order; never an empty one.
   *
   * A record that lies in one chunk shares its memory.
   */
  decode(chunk: Uint8Array): Uint8Array[] {
    const records: Uint8Array[] = [];
    let position = 0;
    while (position < chunk.length) {
      if (this.#length === 0) {
        position = this.#readLength(chunk, position);
        continue;
      }
      const part = chunk.subarray(position, position + this.#length - this.#filled);
      position += part.length;
      const record = this.#take(part);
      if (record !== undefined) {
        records.push(record);
      }
    }
    return records;
  }

  /** The record that is complete with this part of it; undefined while it is not. */
  #take(part: Uint8Array): Uint8Array | undefined {
    if (part.length === this.#length) {
      this.#length = 0;
      return part;
    }
    this.#reserve(this.#filled + part.length);
    this.#record.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < this.#length) {
      return undefined;
    }
    const record = this.#record.subarray(0, this.#length);
    this.#record = EMPTY;
    this.#filled = 0;
    this.#length = 0;
    return record;
  }

  #reserve(size: number): void {
    if (size > this.#record.length) {
      const larger = new Uint8Array(Math.min(this.#length, Math.max(size, 2 * this.#record.length, MIN_BUFFER_BYTES)));
      larger.set(this.#record.subarray(0, this.#filled));
      this.#record = larger;
    }
  }

  /** Returns the position after what was read of the length. */
  #readLength(chunk: Uint8Array, start: number): number {
    for (let position = start; position < chunk.length; position++) {
      const byte = chunk[position] ?? NEWLINE;
      if (byte === NEWLINE) {
        this.#beginRecord();
        return position + 1;
      }
      if (byte < ZERO || byte > NINE || this.#digits.length === MAX_LENGTH_DIGITS) {
        const seen = this.#digits + String.fromCharCode(byte);
        throw new RecordError("RECORD_INVALID", `Failed to decode length ${JSON.stringify(seen)}`);
      }
      this.#digits += String.fromCharCode(byte);
    }
    return chunk.length;
  }

  #beginRecord(): void {
    if (this.#digits === "") {
      throw new RecordError("RECORD_INVALID", 'Failed to decode length ""');
    }
    // a length of 0 is passed over
    const length = Number(this.#digits);
    this.#digits = "";
    if (length > this.#maxRecordBytes) {
      throw new RecordError(
        "RECORD_TOO_LARGE",
        `A record of ${length} bytes is larger than the limit of ${this.#maxRecordBytes} bytes`,
      );
    }
    this.#length = length;
  }
}
