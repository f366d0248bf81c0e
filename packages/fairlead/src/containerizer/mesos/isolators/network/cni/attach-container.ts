import { addNetworkList, CniError, type CniResult, containerIps, type NetworkConfigList } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { crashPoint } from "../../../../../base/crash-points.ts";
import { AttachmentStore } from "./attachment-store.ts";
import type { CniContext } from "./cni-context.ts";
import { firstRoutes, NO_ROUTES } from "./default-routes.ts";
import { networkError } from "./network-error.ts";
import { createNamespace, putDefaultRoutes, takeDefaultRoutes } from "./network-namespace.ts";
import { namespacePath } from "./paths.ts";
import type { PlannedAttachment } from "./plan-attachments.ts";
import { capabilityArgs } from "./port-mappings.ts";

/** An attachment with all that the plugins get. */
export interface ConfiguredAttachment extends PlannedAttachment {
  readonly list: NetworkConfigList;
}

/**
 * Makes the container's network namespace and attaches it to its networks, one after the other in request order.
 *
 * `onAttached` is called after each ADD whose result is stored. Stops at the first failure and leaves what there is for {@link detachContainer}.
 * Errors: NAMESPACE_FAILED, NETWORK_FAILED.
 */
export async function attachContainer(
  context: CniContext,
  containerId: ContainerId,
  attachments: readonly ConfiguredAttachment[],
  onAttached: (attachment: ConfiguredAttachment, result: CniResult) => void,
  signal: AbortSignal,
): Promise<void> {
  const { network, usesVeth } = context;
  const netns = namespacePath(context.rootDir, containerId);
  const first = attachments[0]?.list.plugins[0];
  await createNamespace(network, netns, first !== undefined && usesVeth(first.type));
  let routes = NO_ROUTES;
  for (const attachment of attachments) {
    const result = await attachNetwork(context, containerId, netns, attachment, signal);
    onAttached(attachment, result);
    if (attachments.length > 1) routes = firstRoutes(routes, await takeDefaultRoutes(network, netns));
  }
  await putDefaultRoutes(network, netns, routes);
}

async function attachNetwork(
  { rootDir, exec, log, clock }: CniContext,
  containerId: ContainerId,
  netns: string,
  { network, ifName, list }: ConfiguredAttachment,
  signal: AbortSignal,
): Promise<CniResult> {
  const store = new AttachmentStore(rootDir, containerId);
  const startMs = clock.monotonic();
  try {
    signal.throwIfAborted();
    await store.storeConf(network, ifName, list);
    crashPoint("cni-conf-stored");
    const conf = { containerId, netns, ifName, capabilityArgs: capabilityArgs(list) };
    const { result, prevResult } = await addNetworkList(exec, list, conf, { signal });
    crashPoint("cni-added");
    await store.storeResult(network, ifName, prevResult);
    crashPoint("cni-result-stored");
    const addresses = containerIps(result).map((ip) => ip.address);
    const durationMs = clock.monotonic() - startMs;
    log.info({ containerId, network, ifName, addresses, durationMs }, "Attached a container to a CNI network");
    return result;
  } catch (cause) {
    if (cause instanceof CniError && cause.others.length === 0) {
      // libcni has undone it already: a second DEL would say the same, and take as long where the plugin hangs
      await store.removeConf(network).catch((err: unknown) => {
        log.warn({ containerId, network, ifName, err }, "Left a configuration; its network is detached once more");
      });
    }
    throw networkError("attach", { containerId, network, ifName }, cause);
  }
}
