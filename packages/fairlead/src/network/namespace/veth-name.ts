import { randomBytes } from "node:crypto";

/** A name for the host's end of a veth, as the reference plugins give it. */
export function randomVethName(): string {
  return `veth${randomBytes(4).toString("hex")}`;
}
