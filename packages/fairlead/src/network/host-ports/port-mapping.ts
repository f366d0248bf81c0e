import type { IpAddress } from "@fairlead/cni";

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

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}

export function isPortProtocol(text: string): text is PortProtocol {
  return Object.hasOwn(PROTOCOL_NUMBERS, text);
}
