import { type Resource, type Value_Range, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { isRevocable } from "../resources/predicates.ts";
import { formatRanges, mergeRanges } from "../resources/ranges.ts";
import { fromThousandths, toThousandths } from "../resources/scalar.ts";
import { jsonDouble, jsonObject, jsonString, type Member, remembered } from "./json-text.ts";

/** These are always there, with 0 when there is nothing: clients read them unchecked. */
const ALWAYS = ["cpus", "gpus", "mem", "disk"] as const;

/**
 * Resources as the old endpoints sum them up: amounts by name, ranges and sets as text, revocable ones under `<name>_revocable`. Roles and
 * reservations do not show. Remembered by the identity of the list.
 */
export const writeResources = remembered((resources: readonly Resource[]) => {
  const thousandths = new Map<string, number>(ALWAYS.map((name) => [name, 0]));
  const ranges = new Map<string, Value_Range[]>();
  const sets = new Map<string, string[]>();
  for (const resource of resources) {
    const name = isRevocable(resource) ? `${resource.name}_revocable` : resource.name;
    switch (resource.type) {
      case Value_Type.SCALAR:
        thousandths.set(name, (thousandths.get(name) ?? 0) + toThousandths(resource.scalar?.value ?? 0));
        break;
      case Value_Type.RANGES:
        ranges.set(name, [...(ranges.get(name) ?? []), ...(resource.ranges?.range ?? [])]);
        break;
      case Value_Type.SET:
        sets.set(name, [...(sets.get(name) ?? []), ...(resource.set?.item ?? [])]);
        break;
      case Value_Type.TEXT:
        break;
    }
  }
  const members: Member[] = [];
  for (const [name, amount] of thousandths) members.push([name, jsonDouble(fromThousandths(amount))]);
  for (const [name, of] of ranges) members.push([name, jsonString(rangesText(of))]);
  for (const [name, of] of sets) members.push([name, jsonString(setText(of))]);
  return jsonObject(members);
});

/** Amounts alone, and only those that are not zero, as `/roles` has them. */
export function writeQuantities(amounts: Iterable<readonly [name: string, amount: number]>): string {
  return jsonObject(
    Array.from(amounts, ([name, amount]): Member => {
      const thousandths = toThousandths(amount);
      return [name, thousandths === 0 ? undefined : jsonDouble(fromThousandths(thousandths))];
    }),
  );
}

/** `[31000-31001, 31005-31005]`: one port is a range too, and parsers of this text stop at anything else. */
export function rangesText(ranges: readonly Value_Range[]): string {
  return formatRanges(mergeRanges(ranges));
}

/** `{a, b}` */
export function setText(items: readonly string[]): string {
  return `{${[...new Set(items)].join(", ")}}`;
}
