import { containerIdProblem, networkNameProblem } from "@fairlead/cni";
import {
  type ContainerId,
  ContainerInfo_Type,
  isFieldSet,
  type NetworkInfo,
  NetworkInfoSchema,
} from "@fairlead/mesos-api";
import { FairleadError } from "../../../../../base/errors.ts";
import type { ContainerConfig } from "../../../../containerizer.ts";
import { toHostname } from "./hostname.ts";
import { RESERVED_NAMES } from "./paths.ts";

/** One network that a container joins. */
export interface PlannedAttachment {
  readonly network: string;
  /** `eth<N>`, where N counts the named networks of the request. */
  readonly ifName: string;
  /** As asked for. */
  readonly networkInfo: NetworkInfo;
}

/** How a container is to be connected. */
export interface NetworkPlan {
  readonly hostname: string;
  /** In request order, at least one. */
  readonly attachments: readonly PlannedAttachment[];
}

/**
 * Which networks a container joins; undefined for one that stays on the host's network.
 *
 * NetworkInfos without a name are skipped. Errors: CONTAINER_INVALID, NETWORK_INVALID, with Mesos's texts where it has one.
 * Source: Mesos's `NetworkCniIsolatorProcess::prepare`.
 */
export function planAttachments(config: ContainerConfig): NetworkPlan | undefined {
  if (config.parentId !== undefined) {
    throw new FairleadError("CONTAINER_INVALID", "Nested containers are not supported by network/cni", {
      data: { containerId: config.containerId, parentId: config.parentId },
    });
  }
  const { containerInfo } = config;
  if (containerInfo === undefined) return undefined;
  if (containerInfo.type !== ContainerInfo_Type.MESOS) {
    throw new FairleadError("CONTAINER_INVALID", "Can only prepare CNI networks for a MESOS container", {
      data: { containerId: config.containerId },
    });
  }
  const attachments = containerInfo.networkInfos
    .filter((info) => isFieldSet(info, NetworkInfoSchema.field.name))
    .map((networkInfo, index) => ({ network: networkInfo.name, ifName: `eth${index}`, networkInfo }));
  if (attachments.length === 0) return undefined;
  requireContainerId(config.containerId);
  const seen = new Set<string>();
  for (const { network, networkInfo } of attachments) {
    requireName(network);
    if (seen.has(network)) {
      throw invalid(network, `Attempted to join CNI network '${network}' multiple times`);
    }
    seen.add(network);
    requirePlainText(network, networkInfo);
  }
  return { hostname: toHostname(config), attachments };
}

/** The id becomes a directory, and `CNI_CONTAINERID`. */
function requireContainerId(containerId: ContainerId): void {
  const problem = containerIdProblem(containerId);
  if (problem === undefined) return;
  const message = `Container id ${JSON.stringify(containerId)} cannot be used with CNI: it ${problem}`;
  throw new FairleadError("CONTAINER_INVALID", message, { data: { containerId } });
}

/** The name becomes a directory: one that leaves it, or takes the place of a file of ours, is refused. */
function requireName(network: string): void {
  const problem = RESERVED_NAMES.has(network) ? "is reserved" : networkNameProblem(network);
  if (problem !== undefined) {
    const shown = JSON.stringify(network).slice(1, -1);
    throw invalid(network, `Unknown CNI network '${shown}': the name ${problem}`);
  }
}

/**
 * Labels and groups go to plugins, which put them into firewall comments, files and requests of their own. Slashes are in everyday use there,
 * what ends a line or a text is not.
 */
function requirePlainText(network: string, info: NetworkInfo): void {
  const labels = info.labels?.labels ?? [];
  const texts = [
    ...info.groups.map((text) => ({ what: "group", text })),
    ...labels.flatMap(({ key, value }) => [
      { what: "label key", text: key },
      { what: "label value", text: value },
    ]),
    ...info.portMappings.map(({ protocol }) => ({ what: "port mapping protocol", text: protocol })),
    ...info.ipAddresses.map(({ ipAddress }) => ({ what: "IP address", text: ipAddress })),
  ];
  const bad = texts.find(({ text }) => /[\x00-\x1f\x7f]/.test(text));
  if (bad !== undefined) {
    throw invalid(
      network,
      `A ${bad.what} for CNI network '${network}' holds control characters: ${JSON.stringify(bad.text)}`,
    );
  }
}

function invalid(network: string, message: string): FairleadError {
  return new FairleadError("NETWORK_INVALID", message, { data: { network } });
}
