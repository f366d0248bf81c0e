import type { NetworkConfigList } from "../conf/network-config-list.ts";
import { CniError } from "../errors.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import type { JsonObject } from "../json.ts";
import type { CniResult } from "../result/cni-result.ts";
import { convertResult, parseResult, resultVersion } from "../result/parse-result.ts";
import { attachmentCall } from "./attachment-call.ts";
import { delPlugins } from "./del.ts";
import { type RuntimeConf, validateRuntimeConf } from "./runtime-conf.ts";

/** What an ADD gave. */
export interface Attachment {
  /** In the form of spec 1.1.0. */
  readonly result: CniResult;
  /** The last plugin's own object, in the network's version: store it, DEL and CHECK take it as `prevResult`. */
  readonly prevResult: JsonObject;
}

/**
 * Attaches a container to a network: ADD of every plugin in order, each given the result of the one before.
 *
 * Everything that can be known to fail is refused before the first plugin runs. When a plugin fails, the chain is
 * undone by DEL in reverse, the failed plugin included, and the plugin's error is thrown; what failed while undoing is
 * in its `others`. Errors: `CNI_ARGUMENT_INVALID`, `CNI_PLUGIN_NOT_FOUND`, those of the exec, `CNI_RESULT_INVALID`,
 * `CNI_VERSION_UNSUPPORTED`. Not idempotent; attachments of different containers may be made concurrently.
 * Source: spec 1.1.0, section 3, "Adding an attachment".
 */
export async function addNetworkList(
  exec: PluginExec,
  list: NetworkConfigList,
  conf: RuntimeConf,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Attachment> {
  validateRuntimeConf(conf, "ADD");
  await requirePlugins(exec, list);
  let attachment: Attachment | undefined;
  for (const [index, plugin] of list.plugins.entries()) {
    try {
      const output = await exec.run(attachmentCall("ADD", list, plugin, conf, attachment?.prevResult), signal);
      attachment = toAttachment(list, output ?? {});
    } catch (thrown) {
      const error = CniError.from(thrown).with({ plugin: plugin.type, network: list.name });
      // without the signal: what was done has to be undone also when the caller gives up
      const begun = { ...list, plugins: list.plugins.slice(0, index + 1) };
      throw error.with({ others: await delPlugins(exec, begun, conf, attachment?.prevResult) });
    }
  }
  if (!attachment) {
    throw new CniError("CNI_CONFIG_INVALID", `network ${list.name} has no plugins`, { network: list.name });
  }
  return attachment;
}

async function requirePlugins(exec: PluginExec, list: NetworkConfigList): Promise<void> {
  for (const { type } of list.plugins) {
    if (!(await exec.has(type))) {
      throw new CniError("CNI_PLUGIN_NOT_FOUND", `CNI plugin ${type} of network ${list.name} is not found`, {
        plugin: type,
        network: list.name,
      });
    }
  }
}

/** The next plugin gets the object as it was printed, vendor keys included, unless it is in another version. */
function toAttachment(list: NetworkConfigList, output: JsonObject): Attachment {
  const result = parseResult(output, list.cniVersion);
  const isInVersion = resultVersion(output, list.cniVersion) === list.cniVersion;
  return {
    result,
    prevResult: isInVersion ? { ...output, cniVersion: list.cniVersion } : convertResult(result, list.cniVersion),
  };
}
