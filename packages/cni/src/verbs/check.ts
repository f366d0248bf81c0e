import type { NetworkConfigList } from "../conf/network-config-list.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import type { JsonObject } from "../json.ts";
import { atLeast } from "../version.ts";
import { attachmentCall } from "./attachment-call.ts";
import { type RuntimeConf, validateRuntimeConf } from "./runtime-conf.ts";

/** Whether the plugins were asked: not when the configuration forbids it, or its version has no such verb. */
export type VerbOutcome = "done" | "disabled" | "unsupported";

/**
 * Asks every plugin, in order, whether an attachment is as ADD left it; `prevResult` is what ADD gave.
 *
 * Stops at the first plugin that finds a fault, and throws its error. `unsupported` before version 0.4.0.
 * Source: spec 1.1.0, section 3, "Checking an attachment".
 */
export async function checkNetworkList(
  exec: PluginExec,
  list: NetworkConfigList,
  conf: RuntimeConf,
  { prevResult, signal }: { readonly prevResult: JsonObject; readonly signal?: AbortSignal },
): Promise<VerbOutcome> {
  validateRuntimeConf(conf, "CHECK");
  if (!atLeast(list.cniVersion, "0.4.0")) {
    return "unsupported";
  }
  if (list.disableCheck) {
    return "disabled";
  }
  for (const plugin of list.plugins) {
    await exec.run(attachmentCall("CHECK", list, plugin, conf, prevResult), signal);
  }
  return "done";
}
