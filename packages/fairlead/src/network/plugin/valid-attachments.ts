import { isJsonObject, type JsonObject } from "@fairlead/cni";
import type { AttachmentId } from "./attachment.ts";
import { failure, invalidConfig } from "./plugin-error.ts";

const KEY = "cni.dev/valid-attachments";

/**
 * The attachments that a GC must leave alone. Errors: code 7 where the list is missing, which must not mean that there are none; 999 for other kinds.
 *
 * Source: CNI spec 1.1.0, section 2, "GC".
 */
export function parseValidAttachments(config: JsonObject): Pick<AttachmentId, "containerId" | "ifName">[] {
  const list = config[KEY];
  if (list === undefined || list === null) throw invalidConfig(`'${KEY}' is missing`);
  if (!Array.isArray(list)) throw failure(`'${KEY}' must be a list`);
  return list.map((item, index) => {
    const { containerID: containerId, ifname: ifName } = isJsonObject(item) ? item : {};
    if (typeof containerId !== "string" || typeof ifName !== "string") {
      throw failure(`'${KEY}[${index}]' names no attachment`);
    }
    return { containerId, ifName };
  });
}
