import { type Cidr, formatCidr } from "@fairlead/cni";
import { isSameIp, overlap } from "../plugin/container-addresses.ts";
import { failure } from "../plugin/plugin-error.ts";

/** What has to happen so that a bridge has the addresses that it is to have. */
export interface AddressChanges {
  readonly add: readonly Cidr[];
  readonly remove: readonly Cidr[];
}

/**
 * Compares what a bridge has with what it is to have. It may have one IPv4 address, and IPv6 addresses of different networks; others are in the way,
 * and are removed where `force` says so.
 *
 * Errors: code 999, in the words of the reference.
 */
export function planBridgeAddresses(
  bridge: string,
  present: readonly Cidr[],
  wanted: readonly Cidr[],
  force: boolean,
): AddressChanges {
  const add: Cidr[] = [];
  const remove: Cidr[] = [];
  for (const cidr of wanted) {
    // what an earlier one has changed counts
    const now = [...present.filter((old) => !remove.includes(old)), ...add];
    const inTheWay = upToSame(now, cidr).filter((old) => excludes(old, cidr));
    const [first] = inTheWay;
    if (first !== undefined && !force) {
      throw failure(
        `failed to set bridge addr: "${bridge}" already has an IP address different from ${formatCidr(cidr)}`,
      );
    }
    remove.push(...inTheWay);
    if (!now.some((old) => isSame(old, cidr))) add.push(cidr);
  }
  return { add: add.filter((cidr) => !remove.includes(cidr)), remove: remove.filter((old) => present.includes(old)) };
}

/** The reference looks at addresses in the kernel's order, and is content when it comes to the one that is wanted. */
function upToSame(present: readonly Cidr[], wanted: Cidr): readonly Cidr[] {
  const ofFamily = present.filter(({ address }) => address.family === wanted.address.family);
  const end = ofFamily.findIndex((old) => isSame(old, wanted));
  return end === -1 ? ofFamily : ofFamily.slice(0, end);
}

function excludes(old: Cidr, wanted: Cidr): boolean {
  return wanted.address.family === 4 || overlap(old, wanted);
}

function isSame(a: Cidr, b: Cidr): boolean {
  return a.prefixLength === b.prefixLength && isSameIp(a.address, b.address);
}
