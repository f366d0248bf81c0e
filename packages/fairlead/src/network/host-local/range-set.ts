import type { IpAddress } from "@fairlead/cni";
import type { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";
import { compareAddresses, nextAddress } from "./address.ts";
import { type AddressRange, describeRange, parseRange, rangeContains, rangesOverlap } from "./address-range.ts";

/** Ranges of one family, of which a container gets one address. */
export type RangeSet = readonly [AddressRange, ...AddressRange[]];

/** An address that may be free. */
export interface Candidate {
  readonly address: IpAddress;
  readonly range: AddressRange;
}

/** Errors: code 999, for an empty set, ranges of both families, ranges that overlap, and those of `parseRange`. */
export function parseRangeSet(configs: readonly NetconfReader[]): RangeSet {
  const [first, ...others] = configs.map(parseRange);
  if (first === undefined) throw failure("empty range set");
  const set: RangeSet = [first, ...others];
  for (const [i, range] of set.entries()) {
    if (range.first.family !== first.first.family) throw failure("mixed address families");
    const other = set.slice(i + 1).find((later) => rangesOverlap(range, later));
    if (other !== undefined) {
      throw failure(`subnets ${describeRange(range)} and ${describeRange(other)} overlap`);
    }
  }
  return set;
}

/** The range that an address belongs to. */
export function rangeOf(set: RangeSet, address: IpAddress): AddressRange | undefined {
  return set.find((range) => rangeContains(range, address));
}

export function rangeSetsOverlap(a: RangeSet, b: RangeSet): boolean {
  return a.some((range) => b.some((other) => rangesOverlap(range, other)));
}

export function describeRangeSet(set: RangeSet): string {
  return set.map(describeRange).join(",");
}

/**
 * Every address of the set but the gateways, in the order in which they are given out: round robin from the one that follows the address given out
 * last, through all ranges; from the first where there is none.
 */
export function* candidates(set: RangeSet, lastReserved: IpAddress | undefined): Generator<Candidate> {
  const lastIndex = lastReserved === undefined ? -1 : set.findIndex((range) => rangeContains(range, lastReserved));
  const start =
    lastReserved === undefined || lastIndex < 0
      ? { index: 0, address: set[0].first }
      : following(set, { index: lastIndex, address: lastReserved });
  let place = start;
  do {
    const range = rangeAt(set, place.index);
    if (range.gateway.family !== place.address.family || compareAddresses(range.gateway, place.address) !== 0) {
      yield { address: place.address, range };
    }
    place = following(set, place);
  } while (compareAddresses(place.address, start.address) !== 0);
}

interface Place {
  readonly index: number;
  readonly address: IpAddress;
}

function following(set: RangeSet, { index, address }: Place): Place {
  if (compareAddresses(address, rangeAt(set, index).last) !== 0) return { index, address: nextAddress(address) };
  const next = (index + 1) % set.length;
  return { index: next, address: rangeAt(set, next).first };
}

function rangeAt(set: RangeSet, index: number): AddressRange {
  return set[index] ?? set[0];
}
