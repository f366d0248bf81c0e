import { deleteLink, findLink, findLinkByIndex, type Link } from "@fairlead/netlink";
import type { AttachmentId } from "./attachment.ts";
import type { ContainerNetwork, Kernel } from "./kernel.ts";
import { takeAway } from "./link-remover.ts";
import { ownerAlias } from "./owner-alias.ts";

/**
 * Takes an attachment's interface away; no error where there is none. When it returns, the interface is down and its name is free; the link itself is
 * deleted soon.
 *
 * Errors: those of the kernel.
 */
export function removeInterface(kernel: Kernel, container: ContainerNetwork, id: AttachmentId): void {
  const link = findLink(container.route, id.ifName);
  if (link !== undefined) removeLink(kernel, container, link, id);
}

/** The same for a link that is known; it may have another name than the attachment says. */
export function removeLink(kernel: Kernel, { route, namespace }: ContainerNetwork, link: Link, id: AttachmentId): void {
  if (link.kind === undefined) {
    // a device, which the kernel refuses to delete: it says so, and the device stays as it is
    route.request(deleteLink(link.index));
    return;
  }
  if (link.macvlanMode === "passthru") {
    // as long as it is there, its master takes no other
    route.request(deleteLink(link.index));
    return;
  }
  const hostEnd = hostEndOf(kernel, link, id);
  if (hostEnd === undefined) {
    kernel.linkRemover.removeInside(namespace, route, link.index);
    return;
  }
  // Both ends: one that is down leaves the other up, and its name taken. The container's last: by its name the next DEL finds both, should this
  // process die between the two.
  kernel.linkRemover.remove(hostEnd.index);
  takeAway(route, link.index);
}

/**
 * The host's end of a veth of ours. The numbers alone would not do: in every container, interfaces are numbered from the beginning, and the other
 * end may be in a namespace that is not ours.
 */
function hostEndOf({ host }: Kernel, { kind, peerIndex }: Link, id: AttachmentId): Link | undefined {
  if (kind !== "veth" || peerIndex === undefined || peerIndex === 0) return undefined;
  const link = findLinkByIndex(host, peerIndex);
  return link?.alias === ownerAlias(id) ? link : undefined;
}
