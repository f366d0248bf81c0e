import { type Cidr, type CniResult, convertResult, type JsonObject, type PluginCall, parseCidr } from "@fairlead/cni";
import { readGeneration } from "@fairlead/netlink/nftables";
import { errorText } from "../../base/errors.ts";
import { HOST_FAMILIES } from "../firewall-table/host-table.ts";
import { attachmentId, networkName, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure, PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { UndoList } from "../plugin/undo.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { acceptedSet } from "./accept-part.ts";
import type { FirewallBackend } from "./backend.ts";
import { type FirewallConfig, parseFirewallConfig, requireAdminChain, requirePrevResult } from "./config.ts";
import { Firewalld } from "./firewalld.ts";
import { firewalldBackend } from "./firewalld-backend.ts";
import { isolateBridge, planIsolation } from "./isolation.ts";
import { familiesOf, nftablesBackend } from "./nftables-backend.ts";

/**
 * `firewall`: has the host let through packets from a container and answers to it, whatever its policy is, and keeps bridges apart on demand.
 *
 * Source: https://www.cni.dev/plugins/current/meta/firewall/
 */
export class Firewall implements BuiltInPlugin {
  readonly #firewalld: Firewalld;
  readonly #firewalldBackend: FirewallBackend;

  constructor(firewalld: Firewalld = new Firewalld()) {
    this.#firewalld = firewalld;
    this.#firewalldBackend = firewalldBackend(firewalld);
  }

  add(kernel: Kernel, call: PluginCall): JsonObject {
    const owner = attachmentId(call);
    const config = parseFirewallConfig(call);
    const result = requirePrevResult(config);
    requireAdminChain(config);
    const ips = addressesOf(result);
    const isolation = planIsolation(config, result, familiesOf(ips));
    const backend = this.#backend(kernel, config);
    UndoList.guard((undo) => {
      undo.push(() => backend.remove(kernel, owner, ips, config));
      backend.add(kernel, owner, ips, config);
      isolateBridge(kernel, owner.network, isolation);
    });
    return convertResult(result, resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const owner = attachmentId(call);
    const config = parseFirewallConfig(call);
    const backend = this.#backend(kernel, config);
    if (config.prevResult === undefined) {
      kernel.firewall.removeAll(owner, HOST_FAMILIES.map(acceptedSet));
      return;
    }
    const ips = addressesOf(config.prevResult);
    // whatever it is now: firewalld may have been started since the ADD
    nftablesBackend.remove(kernel, owner, ips, config);
    if (backend !== nftablesBackend) backend.remove(kernel, owner, ips, config);
  }

  check(kernel: Kernel, call: PluginCall): void {
    const owner = attachmentId(call);
    const config = parseFirewallConfig(call);
    const ips = addressesOf(requirePrevResult(config));
    requireAdminChain(config);
    this.#backend(kernel, config).check(kernel, owner, ips, config);
  }

  gc(kernel: Kernel, call: PluginCall): void {
    const network = networkName(call);
    const valid = parseValidAttachments(call.config).map((attachment) => ({ network, ...attachment }));
    kernel.firewall.collect(network, valid, HOST_FAMILIES.map(acceptedSet));
  }

  status(kernel: Kernel, call: PluginCall): void {
    const config = parseFirewallConfig(call);
    try {
      readGeneration(kernel.netfilter);
      this.#backend(kernel, config);
    } catch (error) {
      throw pluginError(PluginErrorCode.notAvailable, errorText(error));
    }
  }

  /** Errors: code 999 where firewalld is asked for, but not there. */
  #backend(kernel: Kernel, { backend }: FirewallConfig): FirewallBackend {
    if (backend === "iptables") return nftablesBackend;
    // it changes rule sets when it starts and when it ends
    const isRunning = kernel.firewall.remember("whether firewalld runs", () => this.#firewalld.isRunning());
    if (isRunning) return this.#firewalldBackend;
    if (backend === "auto") return nftablesBackend;
    throw failure("firewalld is not running");
  }
}

function addressesOf({ ips }: CniResult): Cidr[] {
  // results have addresses in canonical text
  return ips.flatMap(({ address }) => parseCidr(address) ?? []);
}
