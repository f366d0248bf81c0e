import type { CniResult } from "@fairlead/cni";
import { create, type NetworkInfo, NetworkInfoSchema } from "@fairlead/mesos-api";
import type { ContainerConfig } from "../../../../containerizer.ts";
import { AttachmentStore } from "./attachment-store.ts";
import type { CniContext } from "./cni-context.ts";

/** One network of a container, and what its ADD gave, once it has. */
export interface KnownAttachment {
  readonly network: string;
  readonly networkInfo: NetworkInfo;
  readonly result?: CniResult | undefined;
}

/**
 * What the disk tells of a container that an earlier run attached, in request order; undefined for one on the host's network.
 *
 * No plugin runs. The NetworkInfos are those of the request, found by name. A result that cannot be read is logged and left out: the container is
 * reported without that network, and detached from it all the same.
 */
export async function recoverAttachments(
  { rootDir, log }: Pick<CniContext, "log" | "rootDir">,
  { containerId, containerInfo }: ContainerConfig,
): Promise<readonly KnownAttachment[] | undefined> {
  const store = new AttachmentStore(rootDir, containerId);
  const stored = await store.list();
  if (stored === undefined) return undefined;
  const known: KnownAttachment[] = [];
  for (const { network, ifName } of stored) {
    const requested = containerInfo?.networkInfos.find(({ name }) => name === network);
    const networkInfo = requested ?? create(NetworkInfoSchema, { name: network });
    known.push({ network, networkInfo, result: await readResult(network, ifName) });
  }
  return known;

  async function readResult(network: string, ifName: string | undefined): Promise<CniResult | undefined> {
    try {
      const list = await store.readConf(network);
      const read = list && ifName !== undefined ? await store.readResult(network, ifName, list) : undefined;
      if (read !== undefined) return read.result;
      log.warn(
        { containerId, network, ifName },
        "A network of a recovered container has no result; it is not reported",
      );
    } catch (err) {
      log.warn({ containerId, network, ifName, err }, "The result of a network cannot be read; it is not reported");
    }
    return undefined;
  }
}
