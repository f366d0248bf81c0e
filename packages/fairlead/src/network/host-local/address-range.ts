import { type Cidr, formatCidr, formatIp, type IpAddress, parseCidr } from "@fairlead/cni";
import type { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readAddress } from "../plugin/read-address.ts";
import { compareAddresses, networkBounds, nextAddress } from "./address.ts";

/** Addresses to give out, in one subnet. */
export interface AddressRange {
  readonly subnet: Cidr;
  /** Inclusive, as is `last`. */
  readonly first: IpAddress;
  readonly last: IpAddress;
  /** Never given out, in the range or not. */
  readonly gateway: IpAddress;
}

/**
 * Parses a range: `subnet`, `rangeStart`, `rangeEnd`, `gateway`.
 *
 * By default it is the whole subnet without the network's own address and, for IPv4, without the broadcast address; the gateway is the first
 * address. Errors: code 999.
 *
 * Source: https://www.cni.dev/plugins/current/ipam/host-local/
 */
export function parseRange(config: NetconfReader): AddressRange {
  const subnet = parseSubnet(config.text("subnet"));
  const [networkAddress, lastAddress] = networkBounds(subnet);
  const start = readAddress(config, "rangeStart");
  const end = readAddress(config, "rangeEnd");
  for (const [name, bound] of [
    ["RangeStart", start],
    ["RangeEnd", end],
  ] as const) {
    if (bound !== undefined && !isBetween(bound, networkAddress, lastAddress)) {
      throw failure(`${name} ${formatIp(bound)} not in network ${formatCidr(subnet)}`);
    }
  }
  const range: AddressRange = {
    subnet,
    first: start ?? nextAddress(networkAddress),
    last: end ?? (subnet.address.family === 4 ? previousOfOdd(lastAddress) : lastAddress),
    gateway: readAddress(config, "gateway") ?? nextAddress(networkAddress),
  };
  if (compareAddresses(range.first, range.last) > 0) throw failure(`range ${describeRange(range)} has no address`);
  return range;
}

export function rangeContains({ first, last }: AddressRange, address: IpAddress): boolean {
  return isBetween(address, first, last);
}

export function rangesOverlap(a: AddressRange, b: AddressRange): boolean {
  return rangeContains(a, b.first) || rangeContains(b, a.first);
}

export function describeRange({ first, last }: AddressRange): string {
  return `${formatIp(first)}-${formatIp(last)}`;
}

function parseSubnet(text: string): Cidr {
  const subnet = parseCidr(text);
  if (subnet === undefined) throw failure(`invalid CIDR address: ${text}`);
  const { address, prefixLength } = subnet;
  // the network's own address and one more are not for containers
  if (prefixLength > address.bytes.length * 8 - 2) {
    throw failure(`Network ${formatCidr(subnet)} too small to allocate from`);
  }
  const [networkAddress] = networkBounds(subnet);
  if (compareAddresses(address, networkAddress) !== 0) {
    throw failure(`Network ${formatCidr(subnet)} has host bits set, its address is ${formatIp(networkAddress)}`);
  }
  return subnet;
}

function isBetween(address: IpAddress, first: IpAddress, last: IpAddress): boolean {
  return (
    address.family === first.family && compareAddresses(first, address) <= 0 && compareAddresses(address, last) <= 0
  );
}

/** The address before one that ends in a one bit: the last of a network does. */
function previousOfOdd({ family, bytes }: IpAddress): IpAddress {
  return { family, bytes: bytes.with(-1, (bytes.at(-1) ?? 1) - 1) };
}
