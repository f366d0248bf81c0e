import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex } from "../argument.ts";
import type { AttributeReader } from "../attribute-reader.ts";
import { Family, RouteMessage } from "../route-message.ts";
import { BridgePortAttribute, LinkAttribute } from "./link-attribute.ts";
import { linkHeader } from "./link-header.ts";

/** How a bridge treats one of its ports. */
export interface BridgePort {
  /** Whether frames may go back through the port that they came from. */
  readonly hairpin: boolean;
  /** Whether it is kept apart from other isolated ports. */
  readonly isolated: boolean;
  /** Whether the bridge learns MAC addresses from it. */
  readonly learning: boolean;
}

/** What is to be different; what is left out stays. */
export type BridgePortChange = { readonly [K in keyof BridgePort]?: boolean | undefined };

/** Changes a port of a bridge. Errors: NETLINK_ARGUMENT_INVALID. */
export function changeBridgePort(index: number, change: BridgePortChange): NetlinkRequest {
  requireIndex(index);
  const writer = new AttributeWriter(linkHeader({ family: Family.bridge, index }));
  // without the nested bit, the kernel would take the whole for one number: the state of the port
  writer.nested(LinkAttribute.protocolInfo, (port) => writePort(port, change), { flagged: true });
  return { type: RouteMessage.setLink, flags: 0, payload: writer.toBytes(), operation: `change bridge port ${index}` };
}

function writePort(writer: AttributeWriter, { hairpin, isolated, learning }: BridgePortChange): void {
  if (hairpin !== undefined) writer.u8(BridgePortAttribute.hairpin, hairpin ? 1 : 0);
  if (learning !== undefined) writer.u8(BridgePortAttribute.learning, learning ? 1 : 0);
  if (isolated !== undefined) writer.u8(BridgePortAttribute.isolated, isolated ? 1 : 0);
}

/** Reads `IFLA_BRPORT_…`. */
export function readBridgePort(attributes: AttributeReader): BridgePort {
  const isSet = (type: number) => attributes.u8(type) === 1;
  return {
    hairpin: isSet(BridgePortAttribute.hairpin),
    isolated: isSet(BridgePortAttribute.isolated),
    learning: isSet(BridgePortAttribute.learning),
  };
}
