import { createHash } from "node:crypto";

const PREFIX = "bwp";
const LENGTH = 15;

/** The name of the ifb that shapes what a container sends, the same that the reference plugin gives it. */
export function ifbName(network: string, containerId: string): string {
  const hash = createHash("sha512").update(`${network}${containerId}`).digest("hex");
  return `${PREFIX}${hash}`.slice(0, LENGTH);
}
