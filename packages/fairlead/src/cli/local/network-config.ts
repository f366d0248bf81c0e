import type { JsonObject } from "@fairlead/cni";

/** The name by which tasks ask for the network that `fairlead local` brings. */
export const NETWORK_NAME = "fairlead";

/** What is particular about one such network. */
export interface LocalNetwork {
  readonly bridge: string;
  readonly subnet: string;
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

/** What an earlier run of the same work_dir chose; undefined if the text is no such configuration. */
export function parseNetworkConfig(text: string): LocalNetwork | undefined {
  try {
    const { plugins } = JSON.parse(text) as {
      plugins: { bridge: unknown; ipam: { ranges: { subnet: unknown }[][] } }[];
    };
    const bridge = plugins[0]?.bridge;
    const subnet = plugins[0]?.ipam.ranges[0]?.[0]?.subnet;
    return typeof bridge === "string" && typeof subnet === "string" ? { bridge, subnet } : undefined;
  } catch {
    return undefined;
  }
}
