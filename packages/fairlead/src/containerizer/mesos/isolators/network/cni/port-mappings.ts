import type { JsonObject, JsonValue, NetworkConfigList } from "@fairlead/cni";
import { FairleadError } from "../../../../../base/errors.ts";
import { mesosArgsOf } from "./mesos-args.ts";

const PROTOCOLS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp"]);
const MAX_PORT = 65_535;

/**
 * What the plugins of a network get in `runtimeConfig` from the request: `portMappings`, where one of them declares that capability.
 *
 * Read from the configuration with its injected args and not from the request, so that DEL gets what ADD got, also after a restart.
 * Errors: NETWORK_INVALID for a port or protocol that cannot be mapped. Source: CNI CONVENTIONS.md, "port mappings".
 */
export function capabilityArgs(list: NetworkConfigList): Readonly<Record<string, JsonValue>> {
  const requested = mesosArgsOf(list)?.port_mappings;
  const isDeclared = list.plugins.some((plugin) => plugin.capabilities.includes("portMappings"));
  if (!isDeclared || !Array.isArray(requested) || requested.length === 0) return {};
  // writeJson wrote them: objects with numbers, and a text where there is one
  return { portMappings: requested.map((mapping) => toPortMapping(list, mapping as JsonObject)) };
}

function toPortMapping(list: NetworkConfigList, mapping: JsonObject): JsonObject {
  const { host_port: hostPort, container_port: containerPort, protocol } = mapping;
  const lowered = String(protocol || "tcp").toLowerCase();
  if (!isPort(hostPort) || !isPort(containerPort) || !PROTOCOLS.has(lowered)) {
    const message = `CNI network '${list.name}' cannot map host port ${hostPort} to container port ${containerPort} (${lowered})`;
    throw new FairleadError("NETWORK_INVALID", message, { data: { network: list.name } });
  }
  return { hostPort, containerPort, protocol: lowered };
}

function isPort(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_PORT;
}
