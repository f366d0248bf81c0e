import { formatCidr, formatIp, type IpAddress, parseIp, type ResultIp } from "@fairlead/cni";
import { failure } from "../plugin/plugin-error.ts";
import { UndoList } from "../plugin/undo.ts";
import { compareAddresses } from "./address.ts";
import type { AddressRange } from "./address-range.ts";
import { isBlank, type LeaseOwner } from "./lease.ts";
import type { Leases } from "./leases.ts";
import { type Candidate, candidates, describeRangeSet, type RangeSet, rangeOf } from "./range-set.ts";

/** What an attachment wants. */
export interface AllocationRequest {
  readonly owner: LeaseOwner;
  readonly rangeSets: readonly RangeSet[];
  readonly requested: readonly IpAddress[];
}

/**
 * Takes one address of each range set: a requested one where the set has it, else the next free one. What was taken is given back on failure.
 *
 * Errors: code 999, for a set without a free address, one that the attachment has an address of already, a requested address that is taken, is a
 * gateway, or is in no set.
 */
export function allocate(leases: Leases, { owner, rangeSets, requested }: AllocationRequest): ResultIp[] {
  return UndoList.guard((undo) => {
    const unmet = new Set(requested);
    const taken = rangeSets.map((set, index): ResultIp => {
      const wanted = [...unmet].find((address) => rangeOf(set, address) !== undefined);
      if (wanted !== undefined) unmet.delete(wanted);
      const allocation = { leases, owner, set, index };
      const { address, range } = wanted === undefined ? takeNext(allocation) : takeRequested(allocation, wanted);
      undo.push(() => leases.release([formatIp(address)]));
      return {
        address: formatCidr({ address, prefixLength: range.subnet.prefixLength }),
        gateway: formatIp(range.gateway),
      };
    });
    // only now: the reference plugin has moved its round robin on by then, too
    if (unmet.size > 0) throw failure(`failed to allocate all requested IPs: ${[...unmet].map(formatIp).join(" ")}`);
    return taken;
  });
}

/** Whether a set has an address left. */
export function hasFreeAddress(leases: Leases, set: RangeSet): boolean {
  for (const { address } of candidates(set, undefined)) {
    if (!leases.isTaken(address)) return true;
  }
  return abandonedAddress(leases, set) !== undefined;
}

interface Allocation {
  readonly leases: Leases;
  readonly owner: LeaseOwner;
  readonly set: RangeSet;
  /** Number of the set in the configuration. */
  readonly index: number;
}

function takeRequested({ leases, owner, set, index }: Allocation, address: IpAddress): Candidate {
  const range = rangeOf(set, address);
  if (range === undefined) throw refusal(index, `${formatIp(address)} not in range set ${describeRangeSet(set)}`);
  if (isGateway(range, address)) throw refusal(index, `requested ip ${formatIp(address)} is subnet's gateway`);
  if (leases.isTaken(address) && !leases.isAbandoned(address)) leases.refresh();
  if ((leases.isTaken(address) && !leases.isAbandoned(address)) || !leases.take(address, owner, index)) {
    throw refusal(
      index,
      `requested IP address ${formatIp(address)} is not available in range set ${describeRangeSet(set)}`,
    );
  }
  return { address, range };
}

function takeNext(allocation: Allocation): Candidate {
  const { leases, owner, set, index } = allocation;
  const earlier = [...leases.of(owner), ...leases.ofContainer(owner)].find((name) => {
    const address = parseIp(name);
    return address !== undefined && rangeOf(set, address) !== undefined;
  });
  if (earlier !== undefined) {
    throw refusal(index, `${earlier} has been allocated to ${owner.containerId}, duplicate allocation is not allowed`);
  }
  const taken = takeFree(allocation) ?? takeAbandoned(allocation);
  if (taken !== undefined) return taken;
  if (leases.refresh()) return takeNext(allocation);
  throw refusal(index, `no IP addresses available in range set: ${describeRangeSet(set)}`);
}

function takeFree({ leases, owner, set, index }: Allocation): Candidate | undefined {
  for (const candidate of candidates(set, leases.lastReserved(index))) {
    if (!leases.isTaken(candidate.address) && leases.take(candidate.address, owner, index)) return candidate;
  }
  return undefined;
}

/** Only when there is nothing else: an empty file may also be somebody's way to keep an address back. */
function takeAbandoned({ leases, owner, set, index }: Allocation): Candidate | undefined {
  const taken = abandonedAddress(leases, set);
  return taken !== undefined && leases.take(taken.address, owner, index) ? taken : undefined;
}

function abandonedAddress(leases: Leases, set: RangeSet): Candidate | undefined {
  for (const [name, text] of leases.all) {
    const address = isBlank(text) ? parseIp(name) : undefined;
    const range = address === undefined ? undefined : rangeOf(set, address);
    if (address !== undefined && range !== undefined && !isGateway(range, address)) return { address, range };
  }
  return undefined;
}

function isGateway({ gateway }: AddressRange, address: IpAddress): boolean {
  return gateway.family === address.family && compareAddresses(gateway, address) === 0;
}

function refusal(rangeSet: number, reason: string): Error {
  return failure(`failed to allocate for range ${rangeSet}: ${reason}`);
}
