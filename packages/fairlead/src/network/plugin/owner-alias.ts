import { createHash } from "node:crypto";
import type { AttachmentId } from "./attachment.ts";

const MAX_ALIAS_BYTES = 255;

/**
 * The alias (IFLA_IFALIAS) of the host's end of an attachment: so the kernel alone tells whose it is, also after a crash.
 *
 * `fairlead/<network>/<container id>/<interface>`, since none of them may hold a slash; where that is too long for an alias, hashes of it.
 */
export function ownerAlias({ network, containerId, ifName }: AttachmentId): string {
  const alias = `${plainPrefix(network)}${containerId}/${ifName}`;
  return Buffer.byteLength(alias) <= MAX_ALIAS_BYTES
    ? alias
    : `${hashedPrefix(network)}${hash(`${containerId}/${ifName}`)}`;
}

/** Whether an alias is of some attachment to a network. */
export function isOfNetwork(alias: string | undefined, network: string): alias is string {
  return alias?.startsWith(plainPrefix(network)) || alias?.startsWith(hashedPrefix(network)) || false;
}

function plainPrefix(network: string): string {
  return `fairlead/${network}/`;
}

function hashedPrefix(network: string): string {
  return `fairlead#${hash(network)}/`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
