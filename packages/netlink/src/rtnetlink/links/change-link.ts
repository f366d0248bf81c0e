import { NetlinkError } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { macBytes } from "../mac-address.ts";
import { Family, RouteMessage } from "../route-message.ts";
import { requireInterfaceName } from "./interface-name.ts";
import { LinkAttribute } from "./link-attribute.ts";
import { LinkFlag, linkHeader } from "./link-header.ts";
import { writeNumber } from "./new-link.ts";

const MAX_ALIAS_BYTES = 255;
/** `IFLA_INET_CONF`, and within it `IPV4_DEVCONF_ARP_NOTIFY`. Source: `include/uapi/linux/ip.h`. */
const INET_CONF = 1;
const ARP_NOTIFY = 22;
/** `IFLA_INET6_ADDR_GEN_MODE` and its `IN6_ADDR_GEN_MODE_NONE`. */
const INET6_ADDRESS_GENERATION = 8;
const GENERATE_NONE = 1;

/** What is to be different; what is left out stays. */
export interface LinkChange {
  readonly up?: boolean | undefined;
  /** Kernels before 6.2 refuse to rename a link that is up, and rename before they take it down: two requests are needed there. */
  readonly name?: string | undefined;
  readonly mtu?: number | undefined;
  readonly mac?: string | undefined;
  /** Index of the bridge that it becomes a port of; 0 releases it. */
  readonly master?: number | undefined;
  /** An open file of the network namespace that it moves to, where it may have another index. */
  readonly namespaceFd?: number | undefined;
  readonly promiscuous?: boolean | undefined;
  readonly allMulticast?: boolean | undefined;
  readonly txQueueLength?: number | undefined;
  /** At most 255 bytes; empty takes it away. */
  readonly alias?: string | undefined;
  readonly group?: number | undefined;
  /** Whether it announces its IPv4 addresses when it comes up; comes after `up` in the kernel, so wants a request of its own before that. */
  readonly arpNotify?: boolean | undefined;
  /** false: it gives itself no IPv6 address when it comes up; as above. EAFNOSUPPORT where it has no IPv6 at all, as below an MTU of 1280. */
  readonly linkLocal?: false | undefined;
}

/**
 * Changes a link, which its index or its name tells.
 *
 * The kernel goes in this order: namespace, MAC, MTU, group, name, alias, master, queue, flags, addresses of families. Errors: NETLINK_ARGUMENT_INVALID.
 */
export function changeLink(link: number | string, change: LinkChange): NetlinkRequest {
  const writer = new AttributeWriter(linkHeader({ index: indexOf(link, change), ...changedFlags(change) }));
  const { name, mtu, mac, master, namespaceFd, txQueueLength, alias, group } = change;
  if (alias !== undefined) writer.bytes(LinkAttribute.alias, aliasBytes(alias));
  writeNumber(writer, LinkAttribute.group, "the group", group);
  writeNumber(writer, LinkAttribute.mtu, "the MTU", mtu);
  writeNumber(writer, LinkAttribute.txQueueLength, "the length of the queue", txQueueLength);
  if (mac !== undefined) writer.bytes(LinkAttribute.address, macBytes(mac));
  if (master !== undefined) requireInteger("the master", master, 0, 0x7fffffff);
  writeNumber(writer, LinkAttribute.master, "the master", master);
  writeNumber(writer, LinkAttribute.namespaceFd, "the descriptor of the namespace", namespaceFd);
  writeFamilies(writer, change);
  const nameToWrite = typeof link === "string" ? link : name;
  if (nameToWrite !== undefined) {
    requireInterfaceName(nameToWrite);
    writer.string(LinkAttribute.name, nameToWrite);
  }
  const changed = Object.keys(change).join(", ");
  return {
    type: RouteMessage.newLink,
    flags: 0,
    payload: writer.toBytes(),
    operation: `change link ${link} (${changed})`,
  };
}

/** 0 where the name tells which link it is: the message has one place for a name, so such a link cannot be renamed. */
function indexOf(link: number | string, { name }: LinkChange): number {
  if (typeof link === "number") {
    requireIndex(link);
    return link;
  }
  if (name === undefined) return 0;
  throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `to rename ${link}, its index is needed`);
}

function writeFamilies(writer: AttributeWriter, { arpNotify, linkLocal }: LinkChange): void {
  if (arpNotify === undefined && linkLocal === undefined) return;
  writer.nested(LinkAttribute.familySpecific, (families) => {
    if (arpNotify !== undefined) {
      families.nested(Family.inet, (inet) => {
        inet.nested(INET_CONF, (conf) => conf.u32(ARP_NOTIFY, arpNotify ? 1 : 0));
      });
    }
    if (linkLocal === false) {
      families.nested(Family.inet6, (inet6) => inet6.u8(INET6_ADDRESS_GENERATION, GENERATE_NONE));
    }
  });
}

function changedFlags({ up, promiscuous, allMulticast }: LinkChange): { flags: number; change: number } {
  const wanted = [
    [LinkFlag.up, up],
    [LinkFlag.promiscuous, promiscuous],
    [LinkFlag.allMulticast, allMulticast],
  ] as const;
  let flags = 0;
  let change = 0;
  for (const [flag, value] of wanted) {
    if (value !== undefined) change |= flag;
    if (value === true) flags |= flag;
  }
  return { flags, change };
}

function aliasBytes(alias: string): Buffer {
  const bytes = Buffer.from(alias);
  if (bytes.length <= MAX_ALIAS_BYTES) return bytes;
  throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `an alias has at most ${MAX_ALIAS_BYTES} bytes`);
}
