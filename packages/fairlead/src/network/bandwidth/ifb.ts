import { changeLink, createIfb, findLink, type Link } from "@fairlead/netlink";
import type { AttachmentId } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { ownerAlias } from "../plugin/owner-alias.ts";
import { failure } from "../plugin/plugin-error.ts";
import { ifbName } from "./ifb-name.ts";

/** The ifb of an attachment; undefined where there is none. */
export function findIfb({ host }: Kernel, { network, containerId }: Omit<AttachmentId, "ifName">): Link | undefined {
  return findLink(host, ifbName(network, containerId));
}

/**
 * Makes the ifb of an attachment as the reference plugin does, without a queue beside the one of the token bucket; and marks it. Errors: code 999
 * where there is one already.
 */
export function makeIfb(kernel: Kernel, id: AttachmentId, mtu: number): Link {
  const name = ifbName(id.network, id.containerId);
  requestNamed(kernel.host, [
    { request: createIfb({ name, mtu, up: true, txQueueLength: 0 }), refused: (words) => `adding link: ${words}` },
    // done also when the first fails: an ifb of this name belongs to this network
    { request: changeLink(name, { alias: ownerAlias(id) }), refused: (words) => `mark ifb device: ${words}` },
  ]);
  const ifb = findIfb(kernel, id);
  if (ifb === undefined) throw failure("get ifb device: Link not found");
  return ifb;
}
