import { createHash } from "node:crypto";

const PREFIX = "fairlead network ";
const MAX_BYTES = 255;

/**
 * The alias (`ip link` shows it) by which an ifb tells whose it is: its name is a hash, out of which the network cannot be read.
 *
 * One container's ifb of a network is told from another's by {@link ifbName}.
 */
export function ownerAlias(network: string): string {
  const alias = `${PREFIX}${network}`;
  if (Buffer.byteLength(alias) <= MAX_BYTES) return alias;
  return `${PREFIX}sha512 ${createHash("sha512").update(network).digest("hex")}`;
}
