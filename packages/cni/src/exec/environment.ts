import type { PluginCall } from "./plugin-exec.ts";

/** Where plugins look for `iptables` and the like when this process has no PATH. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The whole environment of a plugin: the protocol's variables that the call sets, and PATH. Nothing else leaks.
 *
 * Source: spec 1.1.0, section 2, "Parameters".
 */
export function pluginEnvironment(
  call: PluginCall,
  searchPath: readonly string[],
  path: string,
): Record<string, string> {
  const variables = {
    CNI_COMMAND: call.command,
    CNI_CONTAINERID: call.containerId,
    CNI_NETNS: call.netns,
    CNI_IFNAME: call.ifName,
    CNI_ARGS: call.args,
    CNI_PATH: searchPath.join(":"),
    PATH: path,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
