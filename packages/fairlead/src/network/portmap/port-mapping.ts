import { type IpAddress, parseIp } from "@fairlead/cni";
import type { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/** The protocols that have ports to map, with their numbers. Source: IANA protocol numbers. */
export const PROTOCOL_NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

export type PortProtocol = keyof typeof PROTOCOL_NUMBERS;

/** A port of the host that leads to one of a container; ports are 1 to 65535. */
export interface PortMapping {
  readonly protocol: PortProtocol;
  readonly hostPort: number;
  readonly containerPort: number;
  /** The one address of the host, or all of its family where it is `0.0.0.0` or `::`; absent: all addresses of both families. */
  readonly hostIp?: IpAddress;
}

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

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

export function isPortProtocol(text: string): text is PortProtocol {
  return Object.hasOwn(PROTOCOL_NUMBERS, text);
}
