import { CniError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { containerIdProblem, ifNameProblem } from "../names.ts";

/**
 * What makes one attachment of a container to a network.
 *
 * DEL, CHECK and ADD of one attachment must be given the same. Source: spec 1.1.0, section 3, "Attachment Parameters".
 */
export interface RuntimeConf {
  readonly containerId: string;
  /** Absolute path of the container's network namespace; may be absent only for DEL, when it has gone. */
  readonly netns?: string | undefined;
  readonly ifName: string;
  /** Pairs for `CNI_ARGS`. */
  readonly args?: readonly (readonly [key: string, value: string])[];
  /** By capability, such as `portMappings`; a plugin gets those that its configuration declares. */
  readonly capabilityArgs?: Readonly<Record<string, JsonValue>>;
}

/** Throws `CNI_ARGUMENT_INVALID` when the spec does not allow a part; `netns` is required but for DEL. */
export function validateRuntimeConf(conf: RuntimeConf, command: "ADD" | "DEL" | "CHECK"): void {
  const problem = runtimeConfProblem(conf, command);
  if (problem !== undefined) {
    throw new CniError("CNI_ARGUMENT_INVALID", problem);
  }
}

/** The text of `CNI_ARGS`; undefined when there are no pairs. */
export function formatArgs(args: RuntimeConf["args"]): string | undefined {
  return args && args.length > 0 ? args.map(([key, value]) => `${key}=${value}`).join(";") : undefined;
}

function runtimeConfProblem(
  { containerId, netns, ifName, args = [] }: RuntimeConf,
  command: string,
): string | undefined {
  const idProblem = containerIdProblem(containerId);
  if (idProblem !== undefined) {
    return `container id ${JSON.stringify(containerId)} ${idProblem}`;
  }
  const nameProblem = ifNameProblem(ifName);
  if (nameProblem !== undefined) {
    return `interface name ${JSON.stringify(ifName)} ${nameProblem}`;
  }
  if (netns === undefined ? command !== "DEL" : !/^\/[^\x00-\x1f\x7f]*$/.test(netns)) {
    return `network namespace ${JSON.stringify(netns)} is not an absolute path`;
  }
  // plugins split the text at ";" and each pair at "="
  const bad = args.find(([key, value]) => key === "" || /[;=\x00-\x1f\x7f]/.test(key + value));
  return bad && `CNI_ARGS pair ${JSON.stringify(bad)} holds what the format cannot`;
}
