import { NetlinkError } from "../../errors.ts";
import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { macBytes } from "../mac-address.ts";
import { RouteMessage } from "../route-message.ts";
import { requireInterfaceName } from "./interface-name.ts";
import { LinkAttribute } from "./link-attribute.ts";
import { LinkFlag, linkHeader } from "./link-header.ts";
import { writeNumber } from "./new-link.ts";

const MAX_ALIAS_BYTES = 255;

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
}

/** Changes a link; the kernel goes in this order: namespace, MAC, MTU, group, name, alias, master, queue, flags. Errors: NETLINK_ARGUMENT_INVALID. */
export function changeLink(index: number, change: LinkChange): NetlinkRequest {
  requireIndex(index);
  const writer = new AttributeWriter(linkHeader({ index, ...changedFlags(change) }));
  const { name, mtu, mac, master, namespaceFd, txQueueLength, alias, group } = change;
  if (alias !== undefined) writer.bytes(LinkAttribute.alias, aliasBytes(alias));
  writeNumber(writer, LinkAttribute.group, "the group", group);
  writeNumber(writer, LinkAttribute.mtu, "the MTU", mtu);
  writeNumber(writer, LinkAttribute.txQueueLength, "the length of the queue", txQueueLength);
  if (mac !== undefined) writer.bytes(LinkAttribute.address, macBytes(mac));
  if (master !== undefined) requireInteger("the master", master, 0, 0x7fffffff);
  writeNumber(writer, LinkAttribute.master, "the master", master);
  writeNumber(writer, LinkAttribute.namespaceFd, "the descriptor of the namespace", namespaceFd);
  if (name !== undefined) {
    requireInterfaceName(name);
    writer.string(LinkAttribute.name, name);
  }
  const changed = Object.keys(change).join(", ");
  return {
    type: RouteMessage.newLink,
    flags: 0,
    payload: writer.toBytes(),
    operation: `change link ${index} (${changed})`,
  };
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
