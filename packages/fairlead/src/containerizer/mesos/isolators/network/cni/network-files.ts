import { type CniResult, containerIps, type ResultDns } from "@fairlead/cni";
import { bareAddress } from "./bare-address.ts";

/**
 * /etc/hosts of a container: localhost, and its name for each of its addresses, in request order.
 *
 * Shape: Mesos's `127.0.0.1 localhost` and `<address> <hostname>` lines; it writes the first IPv4 address only.
 */
export function hostsText(hostname: string, results: readonly CniResult[]): string {
  const addresses = results.flatMap((result) => containerIps(result)).map((ip) => bareAddress(ip.address));
  const lines = [
    "127.0.0.1 localhost",
    "::1 localhost ip6-localhost ip6-loopback",
    ...new Set(addresses.map((address) => `${address} ${hostname}`)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * The name service of a container: what its networks say, in request order; undefined when none names a server.
 *
 * A network without name servers says nothing, whatever else it says: IPAM plugins print an empty `dns`. Lists are joined, of `domain` the last
 * one counts. Source: Mesos's `NetworkCniIsolatorProcess::_isolate`.
 */
export function mergeDns(results: readonly CniResult[]): ResultDns | undefined {
  const speaking = results.map((result) => result.dns).filter((dns) => dns.nameservers.length > 0);
  if (speaking.length === 0) return undefined;
  const domain = speaking.findLast((dns) => dns.domain !== undefined)?.domain;
  return {
    nameservers: speaking.flatMap((dns) => dns.nameservers),
    ...(domain === undefined ? {} : { domain }),
    search: speaking.flatMap((dns) => dns.search),
    options: speaking.flatMap((dns) => dns.options),
  };
}

/** resolv.conf: domain, search, options, name servers; what is empty is left out. Source: Mesos's `spec::formatResolverConfig`. */
export function resolvConfText({ nameservers, domain, search, options }: ResultDns): string {
  const lines = [
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(search.length === 0 ? [] : [`search ${search.join(" ")}`]),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}`]),
    ...nameservers.map((nameserver) => `nameserver ${nameserver}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
