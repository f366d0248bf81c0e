import type { NetworkConfigList } from "../conf/network-config-list.ts";
import { CniError } from "../errors.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import { atLeast } from "../version.ts";
import type { VerbOutcome } from "./check.ts";
import { deriveConfig } from "./derive-config.ts";

/** Names an attachment that is still wanted. */
export interface ValidAttachment {
  readonly containerId: string;
  readonly ifName: string;
}

/**
 * Lets every plugin free what belongs to none of the attachments that are still valid.
 *
 * The caller must see to it that no ADD or DEL of this network runs meanwhile. Goes on after a failure, then throws the
 * first, with the rest in `others`. `unsupported` before version 1.1.0.
 * Source: spec 1.1.0, section 3, "Garbage-collecting a network".
 */
export async function gcNetworkList(
  exec: PluginExec,
  list: NetworkConfigList,
  valid: readonly ValidAttachment[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<VerbOutcome> {
  if (!atLeast(list.cniVersion, "1.1.0")) {
    return "unsupported";
  }
  if (list.disableGC) {
    return "disabled";
  }
  const attachments = valid.map(({ containerId, ifName }) => ({ containerID: containerId, ifname: ifName }));
  const failures: CniError[] = [];
  for (const plugin of list.plugins) {
    const config = deriveConfig(list, plugin, { "cni.dev/valid-attachments": attachments });
    try {
      await exec.run({ command: "GC", type: plugin.type, config }, signal);
    } catch (thrown) {
      failures.push(CniError.from(thrown).with({ plugin: plugin.type, network: list.name }));
    }
  }
  const [first, ...others] = failures;
  if (first) {
    throw first.with({ others });
  }
  return "done";
}
