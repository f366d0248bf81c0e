import { CniError, type CniResult, isJsonObject, type JsonObject, type PluginCall, parseResult } from "@fairlead/cni";
import { resultVersion } from "../plugin/attachment.ts";
import { NetconfReader } from "../plugin/netconf-reader.ts";
import { failure } from "../plugin/plugin-error.ts";

/** Which connections to a container are let in. */
export type IngressPolicy =
  /** All that the host lets through. */
  | "open"
  /** None from other bridges with a policy. */
  | "same-bridge"
  /** None from other containers of the bridge, either. */
  | "isolated";

/** The configuration of `firewall`. */
export interface FirewallConfig {
  /** `auto`: firewalld where it runs. */
  readonly backend: "auto" | "iptables" | "firewalld";
  readonly adminChain: string;
  readonly zone: string;
  readonly ingressPolicy: IngressPolicy;
  /** Of the plugin before in the chain; undefined where there is none. */
  readonly prevResult: CniResult | undefined;
}

/**
 * Reads a configuration of `firewall`.
 *
 * Errors: code 999 in the reference plugin's words. Source: https://www.cni.dev/plugins/current/meta/firewall/
 */
export function parseFirewallConfig(call: Pick<PluginCall, "config">): FirewallConfig {
  const reader = new NetconfReader(call.config, "FirewallNetConf");
  const backend = reader.text("backend");
  return {
    // a backend that it does not know means the same to the reference as none
    backend: backend === "iptables" || backend === "firewalld" ? backend : "auto",
    adminChain: reader.text("iptablesAdminChainName") || "CNI-ADMIN",
    zone: reader.text("firewalldZone") || "trusted",
    ingressPolicy: ingressPolicy(reader.text("ingressPolicy")),
    prevResult: readPrevResult(call.config, call),
  };
}

/** The result that ADD and CHECK cannot do without. Errors: code 999. */
export function requirePrevResult({ prevResult }: FirewallConfig): CniResult {
  if (prevResult === undefined) throw failure("missing prevResult from earlier plugin");
  return prevResult;
}

/** What iptables takes as the name of a chain; it is written into lines for it. Errors: code 999. */
export function requireAdminChain({ adminChain }: FirewallConfig): void {
  if (/^[^\s"'\\!-][^\s"'\\]{0,27}$/.test(adminChain)) return;
  throw failure(`iptables takes no chain of the name ${JSON.stringify(adminChain)}`);
}

/** The bridge that a policy is about: the first interface of the result. Errors: code 999 in the reference plugin's words. */
export function requireBridge({ ingressPolicy }: FirewallConfig, { interfaces }: CniResult): string {
  const [bridge] = interfaces;
  if (bridge === undefined) {
    throw failure(
      `interface needs to be set for ingress policy "${ingressPolicy}", make sure to chain "firewall" plugin with "bridge"`,
    );
  }
  if (bridge.name === "") throw failure("got empty bridge name");
  return bridge.name;
}

function ingressPolicy(text: string): IngressPolicy {
  if (text === "") return "open";
  if (text === "open" || text === "same-bridge" || text === "isolated") return text;
  throw failure(`unknown ingress policy: ${JSON.stringify(text)}`);
}

function readPrevResult({ prevResult }: JsonObject, call: Pick<PluginCall, "config">): CniResult | undefined {
  if (prevResult === undefined || prevResult === null) return undefined;
  if (!isJsonObject(prevResult)) {
    throw failure("failed to load netconf: FirewallNetConf.prevResult is not an object");
  }
  try {
    return parseResult(prevResult, resultVersion(call));
  } catch (error) {
    if (error instanceof CniError) throw failure(`could not parse prevResult: ${error.message}`, error);
    throw error;
  }
}
