import { type DescEnum, type DescField, ScalarType } from "@bufbuild/protobuf";
import { MAX_QUOTE } from "./limits.ts";
import { JsonDecodeError } from "./parse-json-text.ts";

/** Reads one JSON value that is neither null nor an array; undefined: the value is dropped. */
export type ValueReader = (value: unknown) => unknown;

const JSON_NUMBER = /^\s*-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\s*$/;
const JSON_INTEGER = /^\s*-?[0-9]+\s*$/;
const BASE64 = /^[A-Za-z0-9+/\s]*$/;

/** The reader of a scalar field, of the items of a list or of the values of a map. */
export function scalarReader(field: DescField, type: ScalarType): ValueReader {
  switch (type) {
    case ScalarType.STRING:
      return (value) => (typeof value === "string" ? value : unexpected(field, value));
    case ScalarType.BYTES:
      return (value) => (typeof value === "string" ? readBytes(field, value) : unexpected(field, value));
    case ScalarType.BOOL:
      return (value) => readBool(field, value);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return (value) => readDouble(field, value);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return (value) => readLong(field, value, -(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return (value) => readLong(field, value, 0n, 2n ** 64n - 1n);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (value) => readInteger(field, value, 0, 2 ** 32 - 1);
    default:
      return (value) => readInteger(field, value, -(2 ** 31), 2 ** 31 - 1);
  }
}

/** The reader of an enum: an unknown name is dropped, as from binary, unless the field is required. */
export function enumReader(field: DescField, desc: DescEnum, required: boolean): ValueReader {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  return (value) => {
    if (typeof value !== "string") {
      return unexpected(field, value);
    }
    const number = numbers.get(value);
    if (number === undefined && required) {
      throw invalid(`Failed to find enum for '${quote(value)}'`);
    }
    return number;
  };
}

/** Throws Mesos's words for a value of the wrong JSON type. */
export function unexpected(field: DescField, value: unknown): never {
  throw invalid(`Not expecting a JSON ${jsonType(value)} for field '${field.name}'`);
}

export function invalid(message: string): JsonDecodeError {
  return new JsonDecodeError("MESSAGE_INVALID", message);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) {
    return "array";
  }
  return typeof value === "bigint" ? "number" : typeof value;
}

function quote(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE)}…`;
}

function readBytes(field: DescField, text: string): Uint8Array {
  const padding = text.indexOf("=");
  const digits = padding < 0 ? text : text.slice(0, padding);
  if (!BASE64.test(digits)) {
    const character = /[^A-Za-z0-9+/\s]/u.exec(digits)?.[0];
    throw invalid(`Failed to base64 decode bytes field '${field.name}': Invalid character '${character}'`);
  }
  return new Uint8Array(Buffer.from(digits, "base64"));
}

function readBool(field: DescField, value: unknown): boolean {
  if (typeof value === "boolean") {
    return value;
  }
  if (typeof value !== "string") {
    return unexpected(field, value);
  }
  const text = value.trim();
  if (text !== "true" && text !== "false") {
    throw invalid(`Failed to parse '${quote(value)}' as a JSON boolean for field '${field.name}': syntax error`);
  }
  return text === "true";
}

function readDouble(field: DescField, value: unknown): number {
  if (value === "Infinity" || value === "-Infinity") {
    return Number(value);
  }
  return Number(readNumber(field, value));
}

function readLong(field: DescField, value: unknown, min: bigint, max: bigint): bigint {
  const number = readNumber(field, value);
  if (typeof number === "number" && !Number.isFinite(number)) {
    throw outOfRange(field, number);
  }
  // Mesos cuts off decimals
  const integer = typeof number === "bigint" ? number : BigInt(Math.trunc(number));
  if (integer < min || integer > max) {
    throw outOfRange(field, number);
  }
  return integer;
}

function readInteger(field: DescField, value: unknown, min: number, max: number): number {
  const number = readNumber(field, value);
  const integer = Math.trunc(Number(number));
  if (integer < min || integer > max) {
    throw outOfRange(field, number);
  }
  // no negative zero
  return integer + 0;
}

function readNumber(field: DescField, value: unknown): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") {
    return value;
  }
  if (typeof value !== "string") {
    return unexpected(field, value);
  }
  if (!JSON_NUMBER.test(value)) {
    throw invalid(`Failed to parse '${quote(value)}' as a JSON number for field '${field.name}': syntax error`);
  }
  return JSON_INTEGER.test(value) ? BigInt(value) : Number(value);
}

function outOfRange(field: DescField, number: number | bigint): JsonDecodeError {
  return invalid(`Number ${quote(String(number))} is out of range for field '${field.name}'`);
}
