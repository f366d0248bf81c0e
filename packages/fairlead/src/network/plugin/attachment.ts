import { DEFAULT_VERSION, isSpecVersion, type PluginCall, type SpecVersion } from "@fairlead/cni";
import { PluginErrorCode, pluginError } from "./plugin-error.ts";

/** Whose interface a call is about. */
export interface AttachmentId {
  readonly network: string;
  readonly containerId: string;
  readonly ifName: string;
}

/** An attachment with the namespace that it is in, or will be. */
export interface Attachment extends AttachmentId {
  readonly netns: string;
}

/** The name of the network, which every verb has. Errors: code 7, as the reference. */
export function networkName({ config: { name } }: Pick<PluginCall, "config">): string {
  if (typeof name === "string" && name !== "") return name;
  throw pluginError(PluginErrorCode.invalidConfig, "missing network name");
}

/** What names the attachment in any verb. Errors: code 4 and 7, as the reference. */
export function attachmentId(call: PluginCall): AttachmentId {
  const { containerId = "", ifName = "" } = call;
  const network = networkName(call);
  const missing = [...(containerId === "" ? ["CNI_CONTAINERID"] : []), ...(ifName === "" ? ["CNI_IFNAME"] : [])];
  requireNothingMissing(missing);
  return { network, containerId, ifName };
}

/** The same for a verb that needs the namespace. */
export function attachment(call: PluginCall): Attachment {
  const { netns = "" } = call;
  if (netns === "") requireNothingMissing(["CNI_NETNS"]);
  return { ...attachmentId(call), netns };
}

/** The version of the spec that the result has to be in. */
export function resultVersion({ config: { cniVersion } }: Pick<PluginCall, "config">): SpecVersion {
  return isSpecVersion(cniVersion) ? cniVersion : DEFAULT_VERSION;
}

function requireNothingMissing(missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw pluginError(PluginErrorCode.invalidEnvironment, `required env variables [${missing.join(",")}] missing`);
}
