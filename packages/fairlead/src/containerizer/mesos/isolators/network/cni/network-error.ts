import { CniError } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../../../../base/errors.ts";

/** What failed to be attached or detached. */
export interface AttachmentName {
  readonly containerId: ContainerId;
  readonly network: string;
  readonly ifName: string | undefined;
}

/** The error of a failed attach or detach: it names the network and holds the plugin's own words; the framework reads it. */
export function networkError(verb: "attach" | "detach", name: AttachmentName, cause: unknown): FairleadError {
  if (cause instanceof FairleadError) return cause;
  const { containerId, network, ifName } = name;
  const preposition = verb === "attach" ? "to" : "from";
  const data = { containerId, network, ifName };
  if (cause instanceof CniError && cause.code === "CNI_PLUGIN_NOT_FOUND") {
    return pluginNotFound(verb, cause.plugin ?? "", name);
  }
  const message = `Failed to ${verb} container ${containerId} ${preposition} CNI network '${network}': ${errorText(cause)}`;
  const others = cause instanceof CniError ? cause.others.map(errorText) : [];
  return new FairleadError("NETWORK_FAILED", [message, ...others].join("; "), {
    data: cause instanceof CniError ? { ...data, plugin: cause.plugin, cniCode: cause.code } : data,
    cause,
  });
}

/** Source of the text: Mesos's `attach` and `detach`. */
export function pluginNotFound(verb: "attach" | "detach", plugin: string, name: AttachmentName): FairleadError {
  const { containerId, network, ifName } = name;
  const preposition = verb === "attach" ? "to" : "from";
  const message = `Unable to find the plugin ${plugin} required to ${verb} ${containerId} ${preposition} network '${network}'`;
  return new FairleadError("NETWORK_FAILED", message, { data: { containerId, network, ifName, plugin } });
}
