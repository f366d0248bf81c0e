import type { NetworkConfigList } from "../conf/network-config-list.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import { atLeast } from "../version.ts";
import type { VerbOutcome } from "./check.ts";
import { deriveConfig } from "./derive-config.ts";

/**
 * Asks every plugin whether it could serve an ADD now; throws the first refusal.
 *
 * Its `pluginCode` 50 means not available, 51 that containers of the network may suffer as well. `unsupported` before
 * version 1.1.0. Source: spec 1.1.0, section 2, "STATUS".
 */
export async function statusNetworkList(
  exec: PluginExec,
  list: NetworkConfigList,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<VerbOutcome> {
  if (!atLeast(list.cniVersion, "1.1.0")) {
    return "unsupported";
  }
  for (const plugin of list.plugins) {
    await exec.run({ command: "STATUS", type: plugin.type, config: deriveConfig(list, plugin) }, signal);
  }
  return "done";
}
