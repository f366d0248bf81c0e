import { create } from "@bufbuild/protobuf";
import { type Value, Value_Type, ValueSchema } from "../../gen/mesos/v1/resource_pb.js";
import { mergeRanges } from "./ranges.ts";
import { ResourceError } from "./resource-error.ts";

const DECIMAL = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
const NON_NEGATIVE_INTEGER = /^(\+?[0-9]+|0[xX][0-9a-fA-F]+)$/;
const MAX_UINT64 = 2n ** 64n - 1n;

/** The smallest double with all its bits. */
const MIN_NORMAL = 2 ** -1022;

/**
 * Parses the text of a value: a scalar `4.5`, ranges `[31000-32000, 33000-33000]`, a set `{a, b}`, or else a text. Spaces do not count.
 *
 * Throws {@link ResourceError} with Mesos's words.
 *
 * Source: `internal::values::parse` in Mesos's `src/common/values.cpp`.
 */
export function parseValue(text: string): Value {
  const value = text.replaceAll(" ", "");
  if (value === "") {
    throw new ResourceError("Expecting non-empty string");
  }
  if (!isBalanced(value, "{", "}") || !isBalanced(value, "[", "]") || !isBalanced(value, "(", ")")) {
    throw new ResourceError("Mismatched brackets");
  }
  if (value.startsWith("[")) {
    return parseRanges(value);
  }
  if (value.includes("[")) {
    throw new ResourceError("Unexpected '[' found");
  }
  if (value.startsWith("{")) {
    return create(ValueSchema, { type: Value_Type.SET, set: { item: tokens(value, /[{},\n]/) } });
  }
  if (value.includes("{")) {
    throw new ResourceError("Unexpected '{' found");
  }
  return parseScalarOrText(value);
}

/** The parts of a text between separators; empty ones do not count. */
export function tokens(text: string, separators: RegExp): string[] {
  return text.split(separators).filter((token) => token !== "");
}

function parseRanges(text: string): Value {
  const bounds = tokens(text, /[[\]\-,\n]/);
  if (bounds.length % 2 !== 0) {
    throw new ResourceError('Expecting one or more "ranges"');
  }
  const ranges = bounds.flatMap((begin, i) => {
    const end = bounds[i + 1];
    return i % 2 === 0 && end !== undefined ? [{ begin: parseBound(begin, begin), end: parseBound(end, begin) }] : [];
  });
  // an inverted range is left as it is: validation names it
  const isProper = ranges.every(({ begin, end }) => begin <= end);
  return create(ValueSchema, { type: Value_Type.RANGES, ranges: { range: isProper ? mergeRanges(ranges) : ranges } });
}

function parseBound(text: string, begin: string): bigint {
  const bound = NON_NEGATIVE_INTEGER.test(text) ? BigInt(text.replace("+", "")) : undefined;
  if (bound === undefined || bound > MAX_UINT64) {
    throw new ResourceError(`Expecting non-negative integers in '${begin}'`);
  }
  return bound;
}

function parseScalarOrText(text: string): Value {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (number !== 0 && Math.abs(number) < MIN_NORMAL) {
    throw new ResourceError("Subnormal values not supported");
  }
  if (Number.isFinite(number) && number >= 0) {
    return create(ValueSchema, { type: Value_Type.SCALAR, scalar: { value: number } });
  }
  return create(ValueSchema, { type: Value_Type.TEXT, text: { value: text } });
}

function isBalanced(text: string, open: string, close: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === open) {
      depth++;
    } else if (character === close && depth-- === 0) {
      return false;
    }
  }
  return depth === 0;
}
