import { AttributeWriter } from "../../message/attribute-writer.ts";
import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { Family, RouteMessage } from "../route-message.ts";
import { LinkAttribute } from "./link-attribute.ts";
import { linkHeader } from "./link-header.ts";

const IFLA_BRIDGE_FLAGS = 0;
const IFLA_BRIDGE_VLAN_INFO = 2;
const BRIDGE_FLAGS_SELF = 2;
const MAX_VLAN = 4094;

/** `BRIDGE_VLAN_INFO_…`. Source: `include/uapi/linux/if_bridge.h`. */
const VlanFlag = { pvid: 0x2, untagged: 0x4, rangeBegin: 0x8, rangeEnd: 0x10 } as const;

/** A VLAN, or a range of them. */
export interface BridgeVlan {
  readonly id: number;
  /** The last of a range that begins with `id`. */
  readonly lastId?: number | undefined;
  /** What arrives without a tag belongs to it; not for a range. */
  readonly pvid?: boolean | undefined;
  /** It leaves without a tag. */
  readonly untagged?: boolean | undefined;
  /** For the bridge itself instead of one of its ports. */
  readonly self?: boolean | undefined;
}

/** Lets a VLAN through a port, or reach the bridge itself. ENOTSUP from kernels without VLAN filtering. Errors: NETLINK_ARGUMENT_INVALID. */
export function addBridgeVlan(index: number, vlan: BridgeVlan): NetlinkRequest {
  return vlanRequest(RouteMessage.setLink, "let", index, vlan);
}

/** No longer lets it through; no error where it was not let. Errors: NETLINK_ARGUMENT_INVALID. */
export function deleteBridgeVlan(index: number, vlan: BridgeVlan): NetlinkRequest {
  return vlanRequest(RouteMessage.deleteLink, "do not let", index, vlan);
}

function vlanRequest(type: number, verb: string, index: number, vlan: BridgeVlan): NetlinkRequest {
  requireIndex(index);
  const { id, lastId = id, pvid = false, untagged = false, self = false } = vlan;
  requireInteger("the number of a VLAN", id, 1, MAX_VLAN);
  requireInteger("the number of the last VLAN", lastId, id, MAX_VLAN);
  const flags = (pvid ? VlanFlag.pvid : 0) | (untagged ? VlanFlag.untagged : 0);
  const writer = new AttributeWriter(linkHeader({ family: Family.bridge, index }));
  writer.nested(LinkAttribute.familySpecific, (bridge) => {
    if (self) bridge.u16(IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
    if (lastId === id) {
      bridge.bytes(IFLA_BRIDGE_VLAN_INFO, vlanInfo(flags, id));
      return;
    }
    bridge.bytes(IFLA_BRIDGE_VLAN_INFO, vlanInfo(flags | VlanFlag.rangeBegin, id));
    bridge.bytes(IFLA_BRIDGE_VLAN_INFO, vlanInfo(flags | VlanFlag.rangeEnd, lastId));
  });
  const operation = `${verb} VLAN ${lastId === id ? id : `${id} to ${lastId}`} through link ${index}`;
  return { type, flags: 0, payload: writer.toBytes(), operation };
}

/** `struct bridge_vlan_info`. */
function vlanInfo(flags: number, id: number): Buffer {
  const info = Buffer.alloc(4);
  info.writeUInt16LE(flags, 0);
  info.writeUInt16LE(id, 2);
  return info;
}
