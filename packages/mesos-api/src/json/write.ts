import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  type Message,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/** What a generated message is to code that follows its descriptor. */
type Values = Readonly<Record<string, unknown>>;
type ValueWriter = (value: unknown) => string;
/** `"name":value`, or an empty string where the field is not written. */
type FieldWriter = (message: Values) => string;

/**
 * A message as the text of Mesos's JSON.
 *
 * Fields have their names of the .proto file, in its order. Unset optional fields that declare a default are written with it, unless they
 * are deprecated; other unset fields and empty lists are not. Enums are names, bytes are base64, 64-bit integers are numbers with all
 * their digits (JavaScript's own `JSON.parse` rounds those above 2^53), infinite doubles are the strings `Infinity` and `-Infinity`.
 *
 * Source: `json(ObjectWriter*, const Protobuf&)` in Mesos's `stout/protobuf.hpp`.
 */
export function writeJson<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  // a generated message has its fields as properties, which its type does not tell
  return messageWriter(schema)(message as Message as unknown as Values);
}

/** Compiled writers: descriptors live as long as the program. */
const writers = new WeakMap<DescMessage, (message: Values) => string>();

function messageWriter(desc: DescMessage): (message: Values) => string {
  const known = writers.get(desc);
  if (known !== undefined) {
    return known;
  }
  const fields: FieldWriter[] = [];
  const write = (message: Values) => {
    let text = "";
    for (const field of fields) {
      const part = field(message);
      if (part !== "") {
        text = text === "" ? part : `${text},${part}`;
      }
    }
    return `{${text}}`;
  };
  // registered before its fields are compiled: a message may contain itself
  writers.set(desc, write);
  fields.push(...desc.fields.map(fieldWriter));
  return write;
}

function fieldWriter(field: DescField): FieldWriter {
  const name = field.localName;
  const prefix = `${JSON.stringify(field.name)}:`;
  const toText = valueWriter(field);
  if (field.fieldKind === "list") {
    return (message) => {
      const items = message[name] as readonly unknown[];
      return items.length === 0 ? "" : `${prefix}[${items.map(toText).join(",")}]`;
    };
  }
  if (field.fieldKind === "map") {
    return (message) => {
      const entries = Object.entries(message[name] as Values);
      const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${toText(value)}`);
      return members.length === 0 ? "" : `${prefix}{${members.join(",")}}`;
    };
  }
  const read = fieldReader(field);
  return (message) => {
    const value = read(message);
    return value === undefined ? "" : prefix + toText(value);
  };
}

/** Reads what is to be written of a singular field; undefined: nothing. */
function fieldReader(field: DescField): (message: Values) => unknown {
  const name = field.localName;
  if (field.oneof !== undefined) {
    return oneofReader(field.oneof, name);
  }
  if (field.fieldKind === "message") {
    return (message) => message[name];
  }
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) {
    return (message) => message[name] || undefined;
  }
  const hasDefault = field.fieldKind !== "list" && field.fieldKind !== "map" && field.getDefaultValue() !== undefined;
  if (hasDefault && !field.deprecated) {
    // the prototype of the message holds the default
    return (message) => message[name];
  }
  return (message) => (Object.hasOwn(message, name) ? message[name] : undefined);
}

function oneofReader(oneof: DescOneof, name: string): (message: Values) => unknown {
  const group = oneof.localName;
  return (message) => {
    const chosen = message[group] as { readonly case: string | undefined; readonly value?: unknown };
    return chosen.case === name ? chosen.value : undefined;
  };
}

function valueWriter(field: DescField): ValueWriter {
  if (field.message !== undefined) {
    const desc = field.message;
    let write: ((message: Values) => string) | undefined;
    return (value) => {
      write ??= messageWriter(desc);
      return write(value as Values);
    };
  }
  return field.enum === undefined ? scalarWriter(field.scalar) : enumWriter(field.enum);
}

function enumWriter(desc: DescEnum): ValueWriter {
  const texts = new Map(desc.values.map((value) => [value.number, JSON.stringify(value.name)]));
  return (value) => {
    const text = texts.get(value as number);
    if (text === undefined) {
      throw new TypeError(`${desc.typeName} has no value ${String(value)}`);
    }
    return text;
  };
}

function scalarWriter(type: ScalarType | undefined): ValueWriter {
  switch (type) {
    case ScalarType.STRING:
      return (value) => JSON.stringify(value);
    case ScalarType.BYTES:
      return (value) => {
        const { buffer, byteOffset, byteLength } = value as Uint8Array;
        return `"${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}"`;
      };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return (value) => writeDouble(value as number);
    default:
      return String;
  }
}

/** Mesos writes whole doubles with a decimal: typed readers may tell `1.0` from `1`. */
function writeDouble(value: number): string {
  if (Number.isFinite(value)) {
    const text = String(value);
    return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
  }
  // null is unset to every reader of this dialect
  return Number.isNaN(value) ? "null" : `"${value}"`;
}
