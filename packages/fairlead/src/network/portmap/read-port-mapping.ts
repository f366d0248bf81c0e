import { parseIp } from "@fairlead/cni";
import { isPort, isPortProtocol, type PortMapping } from "../host-ports/port-mapping.ts";
import type { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/**
 * Reads an entry of `runtimeConfig.portMappings`.
 *
 * Protocols may be in upper case. Errors: code 999, as the reference plugin gives; it, too, finds bad ports and protocols, though in part by what
 * iptables says of them, and it takes a `hostIP` that is no address for one of IPv6.
 *
 * Source: CNI conventions, `portMappings`.
 */
export function readPortMapping(entry: NetconfReader): PortMapping {
  const containerPort = entry.integer("containerPort");
  if (!isPort(containerPort)) throw failure(`Invalid container port number: ${containerPort}`);
  const hostPort = entry.integer("hostPort");
  if (!isPort(hostPort)) throw failure(`Invalid host port number: ${hostPort}`);
  const protocol = entry.text("protocol").toLowerCase();
  if (!isPortProtocol(protocol)) throw failure(`unknown protocol ${JSON.stringify(protocol)} specified`);
  const text = entry.text("hostIP");
  if (text === "") return { protocol, hostPort, containerPort };
  const hostIp = parseIp(text);
  if (hostIp === undefined) throw failure(`Invalid host IP: ${JSON.stringify(text)}`);
  return { protocol, hostPort, containerPort, hostIp };
}
