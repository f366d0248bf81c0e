import type { NetworkConfigList, PluginConfig } from "../conf/network-config-list.ts";
import type { PluginCall } from "../exec/plugin-exec.ts";
import type { JsonObject } from "../json.ts";
import { attachmentKeys, deriveConfig } from "./derive-config.ts";
import { formatArgs, type RuntimeConf } from "./runtime-conf.ts";

/** The call of one plugin for one attachment. */
export function attachmentCall(
  command: "ADD" | "DEL" | "CHECK",
  list: NetworkConfigList,
  plugin: PluginConfig,
  conf: RuntimeConf,
  prevResult: JsonObject | undefined,
): PluginCall {
  return {
    command,
    type: plugin.type,
    config: deriveConfig(list, plugin, attachmentKeys(plugin, conf.capabilityArgs ?? {}, prevResult)),
    containerId: conf.containerId,
    netns: conf.netns,
    ifName: conf.ifName,
    args: formatArgs(conf.args),
  };
}
