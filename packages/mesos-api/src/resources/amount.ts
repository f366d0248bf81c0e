import { create } from "@bufbuild/protobuf";
import {
  type Resource,
  Value_RangesSchema,
  Value_ScalarSchema,
  Value_SetSchema,
  Value_Type,
} from "../../gen/mesos/v1/resource_pb.js";
import { copyMessage } from "../copy-message.ts";
import { containsRanges, mergeRanges, type Range, subtractRanges } from "./ranges.ts";
import { fromThousandths, toThousandths } from "./scalar.ts";

/** How much of a resource there is: a number of thousandths, ranges in their merged form, or a set of items. */
export type Amount =
  | { readonly type: Value_Type.SCALAR; readonly thousandths: number }
  | { readonly type: Value_Type.RANGES; readonly ranges: readonly Range[] }
  | { readonly type: Value_Type.SET; readonly items: readonly string[] };

export function amountOf(resource: Resource): Amount {
  switch (resource.type) {
    case Value_Type.SCALAR:
      return { type: Value_Type.SCALAR, thousandths: toThousandths(resource.scalar?.value ?? 0) };
    case Value_Type.RANGES:
      return { type: Value_Type.RANGES, ranges: mergeRanges(resource.ranges?.range ?? []) };
    case Value_Type.SET:
      return { type: Value_Type.SET, items: resource.set?.item ?? [] };
    default:
      throw new TypeError(`A resource has no amount of type ${resource.type}`);
  }
}

/** A copy of a resource with this amount. */
export function withAmount(resource: Resource, amount: Amount): Resource {
  const copy = copyMessage(resource);
  switch (amount.type) {
    case Value_Type.SCALAR:
      copy.scalar = create(Value_ScalarSchema, { value: fromThousandths(amount.thousandths) });
      break;
    case Value_Type.RANGES:
      copy.ranges = create(Value_RangesSchema, { range: [...amount.ranges] });
      break;
    case Value_Type.SET:
      copy.set = create(Value_SetSchema, { item: [...amount.items] });
      break;
  }
  return copy;
}

export function addAmounts(left: Amount, right: Amount): Amount {
  if (left.type === Value_Type.SCALAR && right.type === Value_Type.SCALAR) {
    return { type: left.type, thousandths: left.thousandths + right.thousandths };
  }
  if (left.type === Value_Type.RANGES && right.type === Value_Type.RANGES) {
    return { type: left.type, ranges: mergeRanges([...left.ranges, ...right.ranges]) };
  }
  if (left.type === Value_Type.SET && right.type === Value_Type.SET) {
    return { type: left.type, items: [...new Set([...left.items, ...right.items])] };
  }
  throw differentTypes();
}

/** What is left of `left`; never less than nothing. */
export function subtractAmounts(left: Amount, right: Amount): Amount {
  if (left.type === Value_Type.SCALAR && right.type === Value_Type.SCALAR) {
    return { type: left.type, thousandths: Math.max(0, left.thousandths - right.thousandths) };
  }
  if (left.type === Value_Type.RANGES && right.type === Value_Type.RANGES) {
    return { type: left.type, ranges: subtractRanges(left.ranges, right.ranges) };
  }
  if (left.type === Value_Type.SET && right.type === Value_Type.SET) {
    const taken = new Set(right.items);
    return { type: left.type, items: left.items.filter((item) => !taken.has(item)) };
  }
  throw differentTypes();
}

export function containsAmount(left: Amount, right: Amount): boolean {
  if (left.type === Value_Type.SCALAR && right.type === Value_Type.SCALAR) {
    return left.thousandths >= right.thousandths;
  }
  if (left.type === Value_Type.RANGES && right.type === Value_Type.RANGES) {
    return containsRanges(left.ranges, right.ranges);
  }
  if (left.type === Value_Type.SET && right.type === Value_Type.SET) {
    const items = new Set(left.items);
    return right.items.every((item) => items.has(item));
  }
  throw differentTypes();
}

export function isEmptyAmount(amount: Amount): boolean {
  switch (amount.type) {
    case Value_Type.SCALAR:
      return amount.thousandths === 0;
    case Value_Type.RANGES:
      return amount.ranges.length === 0;
    case Value_Type.SET:
      return amount.items.length === 0;
  }
}

/** The type is a part of a resource's kind, and amounts of one kind only meet here. */
function differentTypes(): TypeError {
  return new TypeError("Amounts of different types");
}
