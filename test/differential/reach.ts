import { isIPv6 } from "node:net";
import { containerIps, type JsonObject, parseResult } from "@fairlead/cni";
import { type Probe, RESIDENT_PORT, type Resident } from "./resident.ts";
import { HOST, OUTSIDE, type World } from "./world.ts";

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
  readonly hostIP?: string;
}

/** What of a test's containers there is to be reached. */
export interface Reachable {
  readonly results: ReadonlyMap<string, JsonObject>;
  readonly portMappings: readonly PortMapping[];
}

type Target = Probe & { readonly what: string };

/**
 * Who reaches whom, and is seen as whom: containers, the host and the machine outside, at every address and mapped port. Keys as in
 * `c1 to c2 at 10.1.0.3`.
 */
export async function reach(world: World, { results, portMappings }: Reachable): Promise<Record<string, string>> {
  const ips = new Map([...results].map(([id, result]) => [id, addresses(result)]));
  const everyIp = [...ips.values()].flat();
  const families = [HOST, OUTSIDE].map(({ ip, ip6 }) => [
    ...(everyIp.some((ip) => !isIPv6(ip)) ? [ip] : []),
    ...(everyIp.some(isIPv6) ? [ip6] : []),
  ]);
  const [hostIps = [], outsideIps = []] = families;
  const containers = [...ips].flatMap(([id, list]) => list.map((ip) => target(id, ip)));
  const gateways = [...new Set([...results.values()].flatMap(gatewaysOf))].map((ip) => target("the gateway", ip));
  const outside = outsideIps.map((ip) => target("outside", ip));
  const mapped = (hosts: readonly string[]) =>
    hosts.flatMap((ip) =>
      portMappings.map(({ hostPort, protocol }) => target("a mapped port", ip, hostPort, protocol)),
    );

  const inhabitants = await world.inhabitants();
  const rows = await Promise.all([
    // results are of containers
    ...[...ips.keys()].map((id) =>
      tried(id, inhabitants.get(id)!, [
        ...containers.filter(({ what }) => what !== id),
        ...gateways,
        ...outside,
        ...mapped(hostIps),
      ]),
    ),
    tried("host", world.residents.host, [...containers, ...mapped(["127.0.0.1", ...hostIps])]),
    tried("outside", world.residents.outside, [...containers, ...mapped(hostIps)]),
  ]);
  return Object.fromEntries(rows.flat());
}

function target(what: string, address: string, port = RESIDENT_PORT, protocol = "tcp"): Target {
  return { what, address, port, protocol: protocol.toLowerCase() === "udp" ? "udp" : "tcp" };
}

async function tried(from: string, resident: Resident, targets: readonly Target[]): Promise<[string, string][]> {
  const answers = await resident.tryAll(targets);
  return targets.map(({ what, address, port, protocol }, index) => [
    `${from} to ${what} at ${isIPv6(address) ? `[${address}]` : address}:${port}/${protocol}`,
    // whether the kernel has given up by then depends on what it has asked before; as many answers as probes
    answers[index]!.replace(/^(?:EHOSTUNREACH|silence)$/, "nobody"),
  ]);
}

function addresses(result: JsonObject): string[] {
  return containerIps(parseResult(result, "1.0.0")).map(({ address }) => address.split("/")[0]!);
}

function gatewaysOf(result: JsonObject): string[] {
  return parseResult(result, "1.0.0").ips.flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway]));
}
