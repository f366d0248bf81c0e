import type { CniResult } from "@fairlead/cni";
import type { FirewallPart } from "../firewall-table/firewall-part.ts";
import type { FirewallElement } from "../firewall-table/firewall-table.ts";
import type { HostFamily } from "../firewall-table/host-table.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { type FirewallConfig, requireBridge } from "./config.ts";
import { isolationElements, isolationPart } from "./isolation-part.ts";

/** What has to be in our table so that the policy of a configuration is in force. */
export interface Isolation {
  readonly elements: readonly FirewallElement[];
  readonly parts: readonly FirewallPart[];
}

/** Errors: code 999 where a policy has no bridge. */
export function planIsolation(config: FirewallConfig, result: CniResult, families: readonly HostFamily[]): Isolation {
  const { ingressPolicy } = config;
  if (ingressPolicy === "open") return { elements: [], parts: [] };
  const bridge = requireBridge(config, result);
  return {
    elements: families.flatMap((family) => isolationElements(family, bridge, ingressPolicy)),
    parts: families.map(isolationPart),
  };
}

/** Puts a bridge under its policy, for good: other containers may be on it, and nobody counts them. So does the reference plugin. */
export function isolateBridge(kernel: Kernel, network: string, { elements, parts }: Isolation): void {
  if (parts.length > 0) kernel.firewall.keep(network, elements, parts);
}
