/** An interface that an attachment made, in the container or on the host. */
export interface ResultInterface {
  readonly name: string;
  /** Hardware address. */
  readonly mac?: string;
  readonly mtu?: number;
  /** Path of the network namespace that it is in; absent when it is on the host. */
  readonly sandbox?: string;
  readonly socketPath?: string;
  readonly pciID?: string;
}

/** An address that an attachment assigned. */
export interface ResultIp {
  /** Address and prefix length, in canonical text: `10.0.0.5/24`, `fd00::5/64`. */
  readonly address: string;
  readonly gateway?: string;
  /** Index into `interfaces`. */
  readonly interface?: number;
}

/** A route that an attachment made. Without `gw` the gateway of an address may be meant. */
export interface ResultRoute {
  readonly dst: string;
  readonly gw?: string;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  /** 0 global, 253 link, 254 host. */
  readonly scope?: number;
}

export interface ResultDns {
  readonly nameservers: readonly string[];
  readonly domain?: string;
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/**
 * What a network gave to a container, in the form of spec 1.1.0, whatever version the plugin spoke.
 *
 * Every list is there, if empty; addresses are in canonical text. Source: spec 1.1.0, section 5, "ADD Success".
 */
export interface CniResult {
  readonly interfaces: readonly ResultInterface[];
  readonly ips: readonly ResultIp[];
  readonly routes: readonly ResultRoute[];
  readonly dns: ResultDns;
}

/**
 * The addresses of the container's own interfaces.
 *
 * Plugins may also list addresses outside: those belong to an interface without sandbox, and are left out.
 */
export function containerIps(result: CniResult): ResultIp[] {
  return result.ips.filter((ip) => {
    const owner = ip.interface === undefined ? undefined : result.interfaces[ip.interface];
    return owner === undefined || owner.sandbox !== undefined;
  });
}
