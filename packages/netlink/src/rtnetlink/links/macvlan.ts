import type { NetlinkRequest } from "../../message/message.ts";
import { MacvlanAttribute } from "./link-attribute.ts";
import { type NewLink, newLink, writeNumber } from "./new-link.ts";

/** `MACVLAN_MODE_…`. Source: `include/uapi/linux/if_link.h`. */
export const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;

export type MacvlanMode = keyof typeof MACVLAN_MODES;

/** A link with a MAC address of its own upon another link. */
export interface NewMacvlan extends NewLink {
  /** Index of the link beneath, in the socket's namespace. */
  readonly parent: number;
  readonly mode: MacvlanMode;
  /** An open file of the network namespace in which it is made; the socket's own without. */
  readonly namespaceFd?: number | undefined;
  /** Broadcasts that may wait for the links upon the parent. */
  readonly bcQueueLength?: number | undefined;
}

/** Makes a macvlan. Errors: NETLINK_ARGUMENT_INVALID. */
export function createMacvlan(macvlan: NewMacvlan): NetlinkRequest {
  return newLink("macvlan", macvlan, (data) => {
    const { mode, bcQueueLength } = macvlan;
    writeNumber(data, MacvlanAttribute.broadcastQueueLength, "the length of the broadcast queue", bcQueueLength);
    data.u32(MacvlanAttribute.mode, MACVLAN_MODES[mode]);
  });
}
