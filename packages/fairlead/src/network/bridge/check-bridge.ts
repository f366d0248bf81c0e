import type { CniResult, PluginCall, ResultInterface } from "@fairlead/cni";
import { findLink, type Link } from "@fairlead/netlink";
import { checkMasquerade } from "../masquerade/masquerade.ts";
import { attachment } from "../plugin/attachment.ts";
import { checkAddresses, checkInterface, resultInterface } from "../plugin/check-interface.ts";
import { assignedAddresses } from "../plugin/container-addresses.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { requirePrevResult } from "../plugin/required-prev-result.ts";
import { type BridgeConfig, parseBridgeConfig } from "./config.ts";

/** Whether an attachment is as its ADD left it; also whether it is masqueraded, which the reference does not look at. Errors: code 999, in its words. */
export function checkBridge(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
  const config = parseBridgeConfig(call);
  const id = attachment(call);
  withContainerAt(kernel, id.netns, (container) => {
    ipam.check();
    const result = requirePrevResult(call);
    const bridge = checkBridgeLink(kernel, config, result);
    const inside = checkInterface(container, resultInterface(result, id), "veth");
    if (!result.interfaces.some((host) => isPort(kernel, host, inside, bridge))) {
      throw failure(`CNI veth created for bridge ${config.bridge} was not found`);
    }
    checkAddresses(container, inside, result);
    if (config.ipMasq && result.ips.length > 0) checkMasquerade(kernel, id, assignedAddresses(result));
  });
}

function checkBridgeLink({ host }: Kernel, config: BridgeConfig, { interfaces }: CniResult): Link {
  const said = interfaces.findLast(({ name }) => name === config.bridge);
  if (said === undefined) throw failure("Interface name missing ");
  const { name, mac, sandbox } = said;
  const link = findLink(host, name);
  if (link === undefined) throw failure(`Interface name ${name} not found`);
  if (sandbox !== undefined) throw failure(`Interface ${name} should not be in sandbox`);
  if (link.kind !== "bridge") throw failure(`Interface ${name} does not have link type of bridge`);
  // One that has a gateway's address keeps its MAC, others take the lowest of their ports'. The reference finds fault with that.
  if (config.isGateway && mac !== undefined && mac !== link.mac) {
    throw failure(`Bridge interface ${name} Mac doesn't match: ${mac}`);
  }
  if (link.isPromiscuous !== config.promiscMode) {
    const states = `configured Promisc Mode ${config.promiscMode} doesn't match current state: ${link.isPromiscuous}`;
    throw failure(`Bridge interface ${name} ${states} `);
  }
  return link;
}

/** Whether an interface of the result is the host's end, and on the bridge. Errors: code 999 where it has another MAC address. */
function isPort({ host }: Kernel, { name, mac, sandbox }: ResultInterface, inside: Link, bridge: Link): boolean {
  if (sandbox !== undefined || name === bridge.name) return false;
  const link = findLink(host, name);
  if (link === undefined) throw failure(`Interface name ${name} not found`);
  if (link.kind !== "veth" || link.peerIndex !== inside.index || inside.peerIndex !== link.index) return false;
  if (link.master !== bridge.index) return false;
  if (mac !== undefined && mac !== link.mac) throw failure(`Interface ${name} Mac doesn't match: ${mac} not found`);
  return true;
}
