import type { NetlinkRequest } from "../../message/message.ts";
import { linkHeader } from "./link-header.ts";
import { type NewLink, newLink, writeNewLink } from "./new-link.ts";

const VETH_INFO_PEER = 1;

/** A pair of links; what one sends, the other receives. */
export interface NewVeth extends NewLink {
  /** Index of the bridge that it becomes a port of. */
  readonly master?: number | undefined;
  readonly txQueueLength?: number | undefined;
  /** The other end: down, as the kernel cannot raise it before both are there. */
  readonly peer: {
    readonly name: string;
    /** An open file of the network namespace in which it is made; the socket's own without. */
    readonly namespaceFd?: number | undefined;
    readonly mac?: string | undefined;
    readonly mtu?: number | undefined;
  };
}

/** Makes both ends, each in its namespace from the beginning. Errors: NETLINK_ARGUMENT_INVALID. */
export function createVeth(veth: NewVeth): NetlinkRequest {
  return newLink("veth", veth, (data) => {
    data.nested(VETH_INFO_PEER, (peer) => writeNewLink(peer.raw(linkHeader({})), veth.peer));
  });
}
