import type { JsonObject } from "@fairlead/cni";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure, invalidConfig } from "../plugin/plugin-error.ts";
import type { LeaseOwner } from "./lease.ts";

const KEY = "cni.dev/valid-attachments";

/**
 * The attachments that a GC must leave alone. Errors: code 7 where the list is missing: that must not mean that there are none; 999 for what names
 * no attachment.
 *
 * Source: CNI spec 1.1.0, section 2, "GC".
 */
export function parseValidAttachments(config: JsonObject): LeaseOwner[] {
  const net = new NetconfReader(config, "NetConf");
  if (!net.has(KEY)) throw invalidConfig(`'${KEY}' is missing`);
  return net.objects(KEY).map((attachment, index) => {
    const [containerId, ifName] = [attachment.text("containerID"), attachment.text("ifname")];
    if (containerId === "" || ifName === "") throw failure(`'${KEY}[${index}]' names no attachment`);
    return { containerId, ifName };
  });
}
