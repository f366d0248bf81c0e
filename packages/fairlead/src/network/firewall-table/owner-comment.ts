import { createHash } from "node:crypto";
import type { AttachmentId } from "../plugin/attachment.ts";

/** What of a name is kept as it is: two names and that of an interface have to fit into the comment of an element. */
const MAX_NAME_BYTES = 100;

/**
 * The comment of elements that belong to an attachment: `network containerId ifName`, none of which may have a space in it. By it they are found
 * again when nothing but the kernel remembers. Names that are too long are replaced by their hash behind a `~`, with which no name begins.
 */
export function ownerComment({ network, containerId, ifName }: AttachmentId): string {
  return `${shortened(network)} ${shortened(containerId)} ${ifName}`;
}

/** Whether a comment names an attachment to the network. */
export function isOfNetwork(comment: string | undefined, network: string): boolean {
  return comment?.startsWith(`${shortened(network)} `) ?? false;
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  return `~${createHash("sha256").update(name).digest("hex")}`;
}
