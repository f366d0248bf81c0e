import { create, type DescField, type DescMessage, type Message, type MessageShape } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { MAX_DEPTH } from "./limits.ts";
import { missingRequired } from "./missing-required.ts";
import { JsonDecodeError, parseJsonText } from "./parse-json-text.ts";
import { enumReader, invalid, scalarReader, unexpected } from "./read-scalar.ts";

/** A message under construction, by the local names of its fields. */
type Values = Record<string, unknown>;
type FieldReader = (message: Values, value: unknown, depth: number) => void;
type ItemReader = (value: unknown, depth: number) => unknown;
/** What is done with a value of a list or map field once it is read. */
type Keep = (message: Values, item: unknown) => void;

/**
 * Reads a message from Mesos's JSON: from its text, or from a value that was parsed already (with bigints for long integers).
 *
 * Unknown keys are ignored, null is unset. Numbers and booleans may be strings, doubles also `Infinity` and `-Infinity`. Enums are names;
 * an unknown one is dropped, unless the field is required. One value may stand for a list of one. In a map of Value.Scalar, such as
 * `TaskInfo.limits`, a bare number stands for `{"value": number}`.
 *
 * Throws {@link JsonDecodeError} with Mesos's words: JSON_INVALID where the text is no JSON or nested too deep, else MESSAGE_INVALID.
 *
 * Source: `Parser` and `Parse` in Mesos's `stout/protobuf.hpp`.
 */
export function readJson<Desc extends DescMessage>(schema: Desc, json: unknown): MessageShape<Desc> {
  const value = typeof json === "string" ? parseJsonText(json) : json;
  if (!isObject(value)) {
    throw invalid("Expecting a JSON object");
  }
  // the readers of a schema set the fields that it declares
  const message = readMessage(schema, value, 1) as unknown as MessageShape<Desc>;
  const missing = missingRequired(schema, message);
  if (missing.length > 0) {
    throw invalid(`Missing required fields: ${missing.join(", ")}`);
  }
  return message;
}

/** Compiled readers: descriptors live as long as the program. */
const readers = new WeakMap<DescMessage, ReadonlyMap<string, FieldReader>>();

function readMessage(desc: DescMessage, json: Values, depth: number): Values {
  if (depth > MAX_DEPTH) {
    throw new JsonDecodeError("JSON_INVALID", `nested deeper than ${MAX_DEPTH} levels`);
  }
  let fields = readers.get(desc);
  if (fields === undefined) {
    fields = new Map(desc.fields.map((field) => [field.name, fieldReader(field)]));
    readers.set(desc, fields);
  }
  // a generated message has its fields as properties, which its type does not tell
  const message = create(desc) as Message as unknown as Values;
  for (const key of Object.keys(json)) {
    const value = json[key];
    if (value !== null && value !== undefined) {
      fields.get(key)?.(message, value, depth);
    }
  }
  return message;
}

function fieldReader(field: DescField): FieldReader {
  const name = field.localName;
  const read = itemReader(field);
  if (field.fieldKind === "map") {
    return mapReader(field, read);
  }
  if (field.fieldKind === "list") {
    return listReader(read, (message, item) => (message[name] as unknown[]).push(item));
  }
  const group = field.oneof?.localName;
  return (message, value, depth) => {
    const item = Array.isArray(value) ? unexpected(field, value) : read(value, depth);
    if (item === undefined) {
      return;
    }
    if (group === undefined) {
      message[name] = item;
    } else {
      message[group] = { case: name, value: item };
    }
  };
}

/** A list takes an array, whose arrays count as their items, or a single value. */
function listReader(read: ItemReader, keep: Keep): FieldReader {
  const readItem: FieldReader = (message, value, depth) => {
    if (Array.isArray(value)) {
      if (depth > MAX_DEPTH) {
        throw new JsonDecodeError("JSON_INVALID", `nested deeper than ${MAX_DEPTH} levels`);
      }
      for (const item of value) {
        if (item !== null && item !== undefined) {
          readItem(message, item, depth + 1);
        }
      }
      return;
    }
    const item = read(value, depth);
    if (item !== undefined) {
      keep(message, item);
    }
  };
  return readItem;
}

function mapReader(field: DescField, read: ItemReader): FieldReader {
  const name = field.localName;
  return listReader(
    (value, depth) => {
      if (!isObject(value)) {
        return unexpected(field, value);
      }
      const entries: [string, unknown][] = [];
      for (const key of Object.keys(value)) {
        const member = value[key];
        const item = member === null || member === undefined ? undefined : read(member, depth);
        if (item !== undefined) {
          entries.push([key, item]);
        }
      }
      return entries;
    },
    (message, entries) => {
      const map = message[name] as Values;
      for (const [key, value] of entries as [string, unknown][]) {
        // an assignment to the key "__proto__" would set no member
        Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
      }
    },
  );
}

function itemReader(field: DescField): ItemReader {
  if (field.message !== undefined) {
    const desc = field.message;
    const isBareScalar = (value: unknown) =>
      field.fieldKind === "map" && desc.typeName === "mesos.v1.Value.Scalar" && !isObject(value);
    return (value, depth) => {
      if (isBareScalar(value)) {
        return readMessage(desc, { value }, depth + 1);
      }
      return isObject(value) ? readMessage(desc, value, depth + 1) : unexpected(field, value);
    };
  }
  if (field.enum !== undefined) {
    return enumReader(field, field.enum, field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED);
  }
  return scalarReader(field, field.scalar);
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
