import { CniError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { NetworkConfigList, PluginConfig } from "./network-config-list.ts";
import { isSinglePlugin } from "./parse-network-config.ts";

/**
 * The same network with more `args` in the configuration of every plugin.
 *
 * Keys that a plugin's `args` has already are kept; a key that is there and given again is refused, as is an `args`
 * that is no object: `CNI_CONFIG_INVALID`. Store the outcome with {@link toConfigObject}, so that DEL gets what ADD got.
 * Source: CNI CONVENTIONS.md, "args in network config".
 */
export function withPluginArgs(list: NetworkConfigList, args: JsonObject): NetworkConfigList {
  return { ...list, plugins: list.plugins.map((plugin) => addArgs(list, plugin, args)) };
}

/**
 * The JSON object that {@link parseNetworkConfig} turns back into this network.
 *
 * A configuration that was one plugin stays one; plugins that came from the folder are part of the list.
 */
export function toConfigObject(list: NetworkConfigList): JsonObject {
  const [only] = list.plugins;
  if (isSinglePlugin(list.raw) && only) {
    return only.config;
  }
  return { ...list.raw, plugins: list.plugins.map((plugin) => plugin.config) };
}

function addArgs(list: NetworkConfigList, plugin: PluginConfig, args: JsonObject): PluginConfig {
  const present = plugin.config.args ?? {};
  const fields = { network: list.name, plugin: plugin.type, path: list.path };
  if (!isJsonObject(present)) {
    throw new CniError("CNI_CONFIG_INVALID", `network ${list.name} has args that are not an object`, fields);
  }
  const clash = Object.keys(args).find((key) => Object.hasOwn(present, key));
  if (clash !== undefined) {
    throw new CniError("CNI_CONFIG_INVALID", `network ${list.name} has args with the reserved key ${clash}`, fields);
  }
  return { ...plugin, config: { ...plugin.config, args: { ...present, ...args } } };
}
