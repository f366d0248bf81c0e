import { AttributeWriter } from "../../message/attribute-writer.ts";
import { MessageFlag, type NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireUint32 } from "../argument.ts";
import { macBytes } from "../mac-address.ts";
import { RouteMessage } from "../route-message.ts";
import { requireInterfaceName } from "./interface-name.ts";
import { InfoAttribute, LinkAttribute } from "./link-attribute.ts";
import { LinkFlag, linkHeader } from "./link-header.ts";

/** What a link of any kind may be made with. */
export interface NewLink {
  readonly name: string;
  /** As in `02:00:00:00:00:01`; a random one without. */
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** Whether it is up from the beginning. */
  readonly up?: boolean | undefined;
}

/** What not every kind can have. */
export interface NewLinkExtras {
  readonly master?: number | undefined;
  readonly parent?: number | undefined;
  readonly namespaceFd?: number | undefined;
  readonly txQueueLength?: number | undefined;
}

/** The request that makes a link, and refuses with EEXIST where there is one of its name. `writeData` writes what only its kind has. */
export function newLink(
  kind: string,
  link: NewLink & NewLinkExtras,
  writeData?: (data: AttributeWriter) => void,
): NetlinkRequest {
  const change = link.up === true ? LinkFlag.up : 0;
  const writer = writeNewLink(new AttributeWriter(linkHeader({ flags: change, change })), link);
  writer.nested(LinkAttribute.info, (info) => {
    info.bytes(InfoAttribute.kind, Buffer.from(kind));
    if (writeData !== undefined) info.nested(InfoAttribute.data, writeData);
  });
  return {
    type: RouteMessage.newLink,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: writer.toBytes(),
    operation: `make the ${kind} ${link.name}`,
  };
}

/** Writes the attributes that do not depend on the kind. */
export function writeNewLink(
  writer: AttributeWriter,
  { name, mac, mtu, master, parent, namespaceFd, txQueueLength }: NewLink & NewLinkExtras,
): AttributeWriter {
  requireInterfaceName(name);
  if (mac !== undefined) writer.bytes(LinkAttribute.address, macBytes(mac));
  writeNumber(writer, LinkAttribute.mtu, "the MTU", mtu);
  if (master !== undefined) requireIndex(master);
  writeNumber(writer, LinkAttribute.master, "the master", master);
  writeNumber(writer, LinkAttribute.txQueueLength, "the length of the queue", txQueueLength);
  writeNumber(writer, LinkAttribute.namespaceFd, "the descriptor of the namespace", namespaceFd);
  if (parent !== undefined) requireIndex(parent);
  writeNumber(writer, LinkAttribute.link, "the parent", parent);
  return writer.string(LinkAttribute.name, name);
}

/** Writes a 32-bit attribute unless it is undefined. */
export function writeNumber(writer: AttributeWriter, type: number, what: string, value: number | undefined): void {
  if (value === undefined) return;
  requireUint32(what, value);
  writer.u32(type, value);
}
