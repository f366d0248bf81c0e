/**
 * Protobuf by hand, as little of it as the scheduler API needs: what a client does that was generated from Mesos's files, and knows nothing
 * but their numbers.
 */

/** A field's values by number: integers and enums as numbers, text, or messages. An array repeats the field. */
export interface Fields {
  readonly [number: number]: FieldValue | readonly FieldValue[];
}
export type FieldValue = number | string | Uint8Array | Fields | Double;

/** A number that travels in 64 bits of floating point. */
export class Double {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

export function encodeFields(fields: Fields): Buffer {
  const parts: Buffer[] = [];
  for (const [number, values] of Object.entries(fields)) {
    for (const value of Array.isArray(values) ? (values as FieldValue[]) : [values as FieldValue]) {
      parts.push(encodeField(Number(number), value));
    }
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, value: FieldValue): Buffer {
  const tag = (type: number) => varint((number << 3) | type);
  if (typeof value === "number") return Buffer.concat([tag(VARINT), varint(value)]);
  if (value instanceof Double) {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value.value);
    return Buffer.concat([tag(FIXED64), bytes]);
  }
  const bytes =
    typeof value === "string"
      ? Buffer.from(value)
      : value instanceof Uint8Array
        ? Buffer.from(value)
        : encodeFields(value);
  return Buffer.concat([tag(BYTES), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A message that was taken apart: who reads a field says what it is. */
export class Message {
  readonly #values = new Map<number, (number | Buffer)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const next = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 0x80) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error("a message ends within a number");
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number): Buffer => {
      if (at + length > bytes.length) throw new Error("a message ends within a field");
      at += length;
      return bytes.subarray(at - length, at);
    };
    while (at < bytes.length) {
      const tag = next();
      const type = tag & 7;
      if (type !== VARINT && type !== FIXED64 && type !== BYTES) throw new Error(`a field of wire type ${type}`);
      const value = type === VARINT ? next() : take(type === FIXED64 ? 8 : next());
      const number = Math.floor(tag / 8);
      this.#values.set(number, [...(this.#values.get(number) ?? []), value]);
    }
  }

  has(number: number): boolean {
    return this.#values.has(number);
  }

  number(number: number): number {
    const value = this.#values.get(number)?.[0];
    if (typeof value !== "number") throw new Error(`field ${number} is no number`);
    return value;
  }

  double(number: number): number {
    return this.bytes(number).readDoubleLE();
  }

  bytes(number: number): Buffer {
    const value = this.#values.get(number)?.[0];
    if (!Buffer.isBuffer(value)) throw new Error(`field ${number} is not there, or a number`);
    return value;
  }

  text(number: number): string {
    return this.bytes(number).toString("utf8");
  }

  message(number: number): Message {
    return new Message(this.bytes(number));
  }

  messages(number: number): Message[] {
    return (this.#values.get(number) ?? []).map((value) => new Message(value as Buffer));
  }
}
