import ipaddr from "ipaddr.js";

/** Private networks that few use, then any that are left: each is cut into /24s, of which the first free one is taken. */
const CANDIDATES = ["10.77.0.0/16", "10.177.0.0/16", "172.30.0.0/16", "192.168.128.0/17"];

/** Shorter prefixes say where the Internet is (a default route, cut in halves by some VPNs), not what is used here. */
const SHORTEST_PREFIX_IN_USE = 4;

const SUBNET_PREFIX = 24;

type Cidr = [ipaddr.IPv4, number];

/** The first private IPv4 /24 that overlaps none of `used` (in CIDR notation; other texts are not looked at); undefined if all do. */
export function freeSubnet(used: readonly string[]): string | undefined {
  const taken = used.map(parseIpv4).filter((cidr) => cidr !== undefined && cidr[1] >= SHORTEST_PREFIX_IN_USE);
  for (const candidate of CANDIDATES) {
    for (const subnet of subnetsOf(candidate)) {
      if (!taken.some((other) => overlap(subnet, other!))) return `${subnet[0]}/${SUBNET_PREFIX}`;
    }
  }
  return undefined;
}

/** Whether two networks in CIDR notation have addresses in common. */
export function overlaps(a: string, b: string): boolean {
  const [one, other] = [parseIpv4(a), parseIpv4(b)];
  return one !== undefined && other !== undefined && overlap(one, other);
}

function parseIpv4(text: string): Cidr | undefined {
  const cidr = text.includes("/") ? text : `${text}/32`;
  return ipaddr.IPv4.isValidCIDR(cidr) ? ipaddr.IPv4.parseCIDR(cidr) : undefined;
}

function overlap(a: Cidr, b: Cidr): boolean {
  return a[0].match(b[0], Math.min(a[1], b[1]));
}

function* subnetsOf(network: string): Generator<Cidr> {
  const [base, prefix] = ipaddr.IPv4.parseCIDR(network);
  for (let i = 0; i < 2 ** (SUBNET_PREFIX - prefix); i++) {
    const [a, b, c] = base.octets;
    yield [new ipaddr.IPv4([a!, b!, c! + i, 0]), SUBNET_PREFIX];
  }
}
