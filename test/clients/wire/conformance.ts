import assert from "node:assert/strict";
import type { DescEnum, DescField, DescMessage, Message, ScalarType } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";

/** Protobuf's numbers of scalar types that are whole numbers, as `ScalarType` has them. */
const INTEGERS: ReadonlySet<ScalarType> = new Set([3, 4, 5, 6, 7, 13, 15, 16, 17, 18]);
const FLOATS: ReadonlySet<ScalarType> = new Set([1, 2]);
const BOOL: ScalarType = 8;
const STRING: ScalarType = 9;
const BYTES: ScalarType = 12;

/**
 * Walks a v1 JSON text as a client does that was generated from Mesos's files and takes nothing else: every key is a field, every enum value
 * a name, every value of its field's kind, nothing is null, and no name tells of the v0 API.
 */
export function assertV1Json(schema: DescMessage, text: string): void {
  // integers keep their digits, so that 2.0 is told from 2
  const value = JSON.parse(text, (_, parsed, { source }: { source?: string } = {}) =>
    typeof parsed === "number" && source !== undefined ? new JsonNumber(source) : parsed,
  );
  walkMessage(schema, value, schema.name);
}

/** The same for protobuf: nothing in it has an unknown number. */
export function assertV1Binary(schema: DescMessage, bytes: Uint8Array): void {
  walkUnknown(fromBinary(schema, bytes), schema.name);
}

class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function walkMessage(schema: DescMessage, value: unknown, at: string): void {
  assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), `${at} is no object`);
  const keys = Object.keys(value);
  for (const key of keys) {
    const field = schema.fields.find(({ name }) => name === key);
    assert.ok(field, `${at} has a field '${key}', which Mesos does not have`);
    assert.doesNotMatch(key, /slave/i, at);
    walkField(field, (value as Record<string, unknown>)[key], `${at}.${key}`);
  }
  for (const { name, presence } of schema.fields) {
    // 3: required
    if ((presence as number) === 3) assert.ok(keys.includes(name), `${at} has no '${name}', which is required`);
  }
}

function walkField(field: DescField, value: unknown, at: string): void {
  if (field.fieldKind === "list") {
    assert.ok(Array.isArray(value), `${at} is no array`);
    for (const [i, item] of value.entries()) walkValue(field, item, `${at}[${i}]`);
  } else if (field.fieldKind === "map") {
    assert.ok(typeof value === "object" && value !== null, `${at} is no object`);
    for (const [key, item] of Object.entries(value)) walkValue(field, item, `${at}.${key}`);
  } else {
    walkValue(field, value, at);
  }
}

function walkValue({ message, enum: values, scalar }: DescField, value: unknown, at: string): void {
  if (message !== undefined) walkMessage(message, value, at);
  else if (values !== undefined) walkEnum(values, value, at);
  else walkScalar(scalar!, value, at);
}

function walkEnum({ values }: DescEnum, value: unknown, at: string): void {
  assert.ok(
    values.some(({ name }) => name === value),
    `${at} is '${value}', which Mesos does not have`,
  );
  assert.doesNotMatch(String(value), /slave/i, at);
}

function walkScalar(type: ScalarType, value: unknown, at: string): void {
  if (type === BOOL) assert.equal(typeof value, "boolean", at);
  else if (type === STRING) assert.equal(typeof value, "string", at);
  else if (type === BYTES) assert.match(String(value), /^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/, at);
  else {
    assert.ok(value instanceof JsonNumber, `${at} is no number`);
    assert.ok(INTEGERS.has(type) || FLOATS.has(type));
    if (INTEGERS.has(type)) assert.match(value.source, /^-?\d+$/, at);
  }
}

function walkUnknown(message: Message, at: string): void {
  assert.deepEqual(message.$unknown ?? [], [], `${at} has fields that Mesos does not have`);
  for (const [key, value] of Object.entries(message)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === "object" && item !== null && "$typeName" in item)
        walkUnknown(item as Message, `${at}.${key}`);
    }
  }
}
