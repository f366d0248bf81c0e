import type { PluginCall } from "@fairlead/cni";
import { type AttachmentId, networkName } from "./attachment.ts";
import { parseValidAttachments } from "./valid-attachments.ts";

/** The attachments to a network that a GC must leave alone. Errors: code 7 and 999. */
export function validIds(call: Pick<PluginCall, "config">): AttachmentId[] {
  const network = networkName(call);
  return parseValidAttachments(call.config).map((id) => ({ network, ...id }));
}
