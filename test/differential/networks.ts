import type { JsonObject } from "@fairlead/cni";

/** Parts of configurations that many tests share. */

export const V4 = "10.61.0.0/24";
export const V6 = "fd61::/64";
/** A bridge that containers share, as networks of operators mostly are. */
export const BRIDGE = { type: "bridge", bridge: "br-one", isGateway: true } as const;

export function network(...plugins: readonly JsonObject[]): JsonObject {
  return { cniVersion: "1.0.0", name: "one", plugins: [...plugins] };
}

/** The form before lists, which only knows one plugin. */
export function single(cniVersion: string, plugin: JsonObject): JsonObject {
  return { cniVersion, name: "one", ...plugin };
}

/** Addresses by host-local, one range set for each subnet; with default routes. */
export function hostLocal(...subnets: readonly string[]): JsonObject {
  return {
    type: "host-local",
    ranges: subnets.map((subnet) => [{ subnet }]),
    routes: subnets.map((subnet) => ({ dst: subnet.includes(":") ? "::/0" : "0.0.0.0/0" })),
  };
}

/** Every chained plugin that operators use, on a bridge of both families. */
export function fullChain(): JsonObject {
  return network(
    { ...BRIDGE, ipMasq: true, hairpinMode: true, ipam: hostLocal(V4, V6) },
    { type: "portmap", capabilities: { portMappings: true }, snat: true },
    { type: "firewall" },
    {
      type: "bandwidth",
      ingressRate: 80_000_000,
      ingressBurst: 8_000_000,
      egressRate: 80_000_000,
      egressBurst: 8_000_000,
    },
    { type: "tuning", sysctl: { "net.core.somaxconn": "500" } },
  );
}

/** A port over TCP and UDP for the first container, one over TCP for the second. */
export function ports(containerId: string): { portMappings: JsonObject[] } {
  const protocols = containerId === "c1" ? ["tcp", "udp"] : ["tcp"];
  const hostPort = containerId === "c1" ? 31_080 : 31_081;
  return { portMappings: protocols.map((protocol) => ({ hostPort, containerPort: 8080, protocol })) };
}
