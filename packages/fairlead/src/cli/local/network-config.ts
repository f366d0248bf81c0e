import type { JsonObject } from "@fairlead/cni";

/** The name by which tasks ask for the network that `fairlead local` brings. */
export const NETWORK_NAME = "fairlead";

/** What is particular about one such network. */
export interface LocalNetwork {
  readonly bridge: string;
  /** A /24 in CIDR notation. */
  readonly subnet: string;
  /** What plugins had left in the firewall before, see firewall-traces.ts. */
  readonly firewall: readonly string[];
}

/** The CNI configuration of the network: a bridge with the way out, and mapped ports. `addressDir` is where host-local notes what is taken. */
export function networkConfig({ bridge, subnet }: LocalNetwork, addressDir: string): JsonObject {
  return {
    cniVersion: "1.0.0",
    name: NETWORK_NAME,
    plugins: [
      {
        type: "bridge",
        bridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet }]],
          routes: [{ dst: "0.0.0.0/0" }],
          dataDir: addressDir,
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** The address that the bridge plugin gives to the bridge: the first one of the subnet. */
export function gatewayOf({ subnet }: LocalNetwork): string {
  return subnet.replace(/\.0\/24$/, ".1/24");
}

/** What an earlier run noted; undefined if the text is no such note. */
export function parseNote(text: string): LocalNetwork | undefined {
  let note: Partial<Record<keyof LocalNetwork, unknown>> | null;
  try {
    note = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { bridge, subnet, firewall } = note ?? {};
  // It becomes an argument of `ip`: only what this program writes is taken.
  if (typeof bridge !== "string" || !/^fairlead[0-9]+$/.test(bridge)) return undefined;
  if (typeof subnet !== "string" || !/^[0-9.]+\.0\/24$/.test(subnet)) return undefined;
  if (!Array.isArray(firewall)) return undefined;
  return { bridge, subnet, firewall: firewall.map(String) };
}
