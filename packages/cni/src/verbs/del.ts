import type { NetworkConfigList } from "../conf/network-config-list.ts";
import { CniError } from "../errors.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import type { JsonObject } from "../json.ts";
import { atLeast } from "../version.ts";
import { attachmentCall } from "./attachment-call.ts";
import { type RuntimeConf, validateRuntimeConf } from "./runtime-conf.ts";

/** The spec's code for a container that the plugin does not know: there is nothing to clean up. */
const CONTAINER_UNKNOWN = 3;

/**
 * Detaches a container from a network: DEL of every plugin, in reverse.
 *
 * `prevResult` is what ADD gave, if it is known; plugins get it from version 0.4.0 on. Goes on after a failure, so that
 * as much as possible is freed, and then throws the first, with the rest in `others`. May be repeated, also for an
 * attachment that never came to be. Errors: `CNI_ARGUMENT_INVALID`, `CNI_PLUGIN_NOT_FOUND`, those of the exec.
 * Source: spec 1.1.0, section 3, "Deleting an attachment".
 */
export async function delNetworkList(
  exec: PluginExec,
  list: NetworkConfigList,
  conf: RuntimeConf,
  { prevResult, signal }: { readonly prevResult?: JsonObject | undefined; readonly signal?: AbortSignal } = {},
): Promise<void> {
  validateRuntimeConf(conf, "DEL");
  const [first, ...others] = await delPlugins(exec, list, conf, prevResult, signal);
  if (first) {
    throw first.with({ others });
  }
}

/** Runs DEL of every plugin in reverse, whatever fails, and gives all failures. */
export async function delPlugins(
  exec: PluginExec,
  list: NetworkConfigList,
  conf: RuntimeConf,
  prevResult: JsonObject | undefined,
  signal?: AbortSignal,
): Promise<CniError[]> {
  const passed = atLeast(list.cniVersion, "0.4.0") ? prevResult : undefined;
  const failures: CniError[] = [];
  for (const plugin of list.plugins.toReversed()) {
    try {
      await exec.run(attachmentCall("DEL", list, plugin, conf, passed), signal);
    } catch (thrown) {
      const error = CniError.from(thrown).with({ plugin: plugin.type, network: list.name });
      if (error.pluginCode !== CONTAINER_UNKNOWN) {
        failures.push(error);
      }
    }
  }
  return failures;
}
