import type { Condition } from "./condition.ts";

/** Whether no packet can meet all conditions of both lists, as far as can be told from two of them. */
export function areDisjoint(a: readonly Condition[], b: readonly Condition[]): boolean {
  return a.some((one) => b.some((other) => exclude(one, other)));
}

function exclude(a: Condition, b: Condition): boolean {
  if (a.isNegated && b.isNegated) return false;
  if (a.isNegated) return holds(a, b);
  if (b.isNegated) return holds(b, a);
  return areApart(a, b);
}

/** Whether everything that one condition means, without its negation, is among what another means. */
function holds(outer: Condition, inner: Condition): boolean {
  if ("address" in outer && "address" in inner) {
    return (
      outer.match === inner.match &&
      outer.mask.every((byte, index) => (byte & ~at(inner.mask, index)) === 0) &&
      isSameUnder(outer.mask, outer.address.bytes, inner.address.bytes)
    );
  }
  if ("name" in outer && "name" in inner) {
    return outer.match === inner.match && (outer.name === inner.name || hasPrefix(inner.name, outer.name));
  }
  return isSame(outer, inner);
}

/** Whether nothing is meant by both conditions, without their negations. */
function areApart(a: Condition, b: Condition): boolean {
  if (a.match !== b.match) return false;
  if ("address" in a && "address" in b) {
    const common = a.mask.map((byte, index) => byte & at(b.mask, index));
    return !isSameUnder(common, a.address.bytes, b.address.bytes);
  }
  if ("name" in a && "name" in b) {
    return a.name !== b.name && !hasPrefix(a.name, b.name) && !hasPrefix(b.name, a.name);
  }
  if ("value" in a && "value" in b) return ((a.value ^ b.value) & a.mask & b.mask) !== 0;
  return !isSame(a, b);
}

function isSame(a: Condition, b: Condition): boolean {
  if (a.match !== b.match) return false;
  if ("type" in a && "type" in b) return a.type === b.type;
  if ("protocol" in a && "protocol" in b) return a.protocol === b.protocol;
  return "value" in a && "value" in b && a.value === b.value && a.mask === b.mask;
}

/** Whether a name, or every name that is meant by one with `+`, begins like the other, which ends in `+`. */
function hasPrefix(name: string, pattern: string): boolean {
  return pattern.endsWith("+") && name.startsWith(pattern.slice(0, -1));
}

function isSameUnder(mask: Uint8Array, a: Uint8Array, b: Uint8Array): boolean {
  return mask.every((byte, index) => ((at(a, index) ^ at(b, index)) & byte) === 0);
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
