import type { NetlinkRequest } from "../../message/message.ts";
import { requireIndex, requireInteger } from "../argument.ts";
import { type IpAddress, ipBytes } from "../ip-address.ts";
import { VxlanAttribute } from "./link-attribute.ts";
import { type NewLink, newLink } from "./new-link.ts";

/** A tunnel of Ethernet frames in UDP. Source: RFC 7348. */
export interface NewVxlan extends NewLink {
  /** Network identifier, 24 bits. */
  readonly id: number;
  /** UDP port at the other end, and here. */
  readonly port: number;
  /** What its packets come from. */
  readonly local?: IpAddress | undefined;
  /** Index of the link that its packets leave by. */
  readonly parent?: number | undefined;
  /** Whether it learns behind which host a MAC address is; the kernel does unless this is false. */
  readonly learning?: boolean | undefined;
}

/** Makes a VXLAN. Errors: NETLINK_ARGUMENT_INVALID. */
export function createVxlan({ id, port, local, parent, learning, ...link }: NewVxlan): NetlinkRequest {
  requireInteger("the identifier of a VXLAN", id, 0, 0xffffff);
  requireInteger("a UDP port", port, 1, 0xffff);
  if (parent !== undefined) requireIndex(parent);
  return newLink("vxlan", link, (data) => {
    if (parent !== undefined) data.u32(VxlanAttribute.link, parent);
    data.u32(VxlanAttribute.id, id);
    if (local !== undefined) {
      data.bytes(local.family === 4 ? VxlanAttribute.local : VxlanAttribute.local6, ipBytes(local));
    }
    if (learning !== undefined) data.u8(VxlanAttribute.learning, learning ? 1 : 0);
    data.be16(VxlanAttribute.port, port);
  });
}
