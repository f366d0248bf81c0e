import { listLinks } from "@fairlead/netlink";
import type { AttachmentId } from "./attachment.ts";
import type { Kernel } from "./kernel.ts";
import { isOfNetwork, ownerAlias } from "./owner-alias.ts";

/** Removes the veths of a network that belong to none of the valid attachments, by their ends on the host. */
export function collectVeths(kernel: Kernel, network: string, valid: readonly AttachmentId[]): void {
  const wanted = new Set(valid.map(ownerAlias));
  for (const { index, alias, kind } of listLinks(kernel.host)) {
    if (kind === "veth" && isOfNetwork(alias, network) && !wanted.has(alias)) kernel.linkRemover.remove(index);
  }
  // also what a process removed that ended before the kernel was told
  kernel.linkRemover.sweep();
}
