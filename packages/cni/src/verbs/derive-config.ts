import type { NetworkConfigList, PluginConfig } from "../conf/network-config-list.ts";
import type { JsonObject, JsonValue } from "../json.ts";

/** Keys that only the runtime may set: whatever a file says there does not reach the plugin. */
function isReserved(key: string): boolean {
  return key === "capabilities" || key === "prevResult" || key.startsWith("cni.dev/");
}

/**
 * The configuration that one plugin of a network gets on stdin.
 *
 * Its own object with the network's `name` and `cniVersion`, and with what is `injected`; unknown keys pass.
 * Source: spec 1.1.0, section 3, "Deriving request configuration from plugin configuration".
 */
export function deriveConfig(list: NetworkConfigList, plugin: PluginConfig, injected: JsonObject = {}): JsonObject {
  const own = Object.entries(plugin.config).filter(([key]) => !isReserved(key));
  return { ...Object.fromEntries(own), name: list.name, cniVersion: list.cniVersion, ...injected };
}

/**
 * What belongs to one attachment: `runtimeConfig`, with the capabilities that the plugin declares and the runtime
 * gives, and `prevResult`; each absent when empty. Source: spec 1.1.0, section 3, "Deriving `runtimeConfig`".
 */
export function attachmentKeys(
  plugin: PluginConfig,
  capabilityArgs: Readonly<Record<string, JsonValue>>,
  prevResult: JsonObject | undefined,
): JsonObject {
  const given = plugin.capabilities.filter((capability) => Object.hasOwn(capabilityArgs, capability));
  const runtimeConfig = Object.fromEntries(given.map((capability) => [capability, capabilityArgs[capability]]));
  return {
    ...(given.length > 0 ? { runtimeConfig } : {}),
    ...(prevResult === undefined ? {} : { prevResult }),
  };
}
