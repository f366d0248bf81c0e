import type { CniResult, JsonObject, PluginCall } from "@fairlead/cni";
import { isRefusal } from "@fairlead/netlink";
import { addMasquerade, removeMasquerade } from "../masquerade/masquerade.ts";
import type { AddContext } from "../plugin/add-context.ts";
import { attachment } from "../plugin/attachment.ts";
import { configureInterface } from "../plugin/configure-interface.ts";
import { assignedAddresses, assignedRoutes } from "../plugin/container-addresses.ts";
import { enableForwarding, refuseRouterAdvertisements } from "../plugin/interface-settings.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { takeAddresses } from "../plugin/take-addresses.ts";
import { toResult } from "../plugin/to-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { canHaveIpv6, connectVeth } from "../plugin/veth-pair.ts";
import { waitForCarrier } from "../plugin/wait-for-carrier.ts";
import { type PtpConfig, parsePtpConfig } from "./config.ts";
import { containerRoutes, hostAddresses, hostRoutes, type RoutedAddress, requireGateways } from "./routes.ts";

/** Place of the container's interface in a result. */
const CONTAINER_INDEX = 1;

/** Connects a container to the host alone. */
export function addPtp(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
  const config = parsePtpConfig(call);
  const id = attachment(call);
  return withContainerAt(kernel, id.netns, (container) => {
    return UndoList.guard((undo) => {
      return toResult(call, connect({ kernel, container, attachment: id, undo }, config, ipam));
    });
  });
}

function connect(context: AddContext, config: PtpConfig, ipam: Ipam): CniResult {
  const { kernel, attachment: id, undo } = context;
  const assigned = takeAddresses(context, ipam);
  const addresses = requireGateways(assignedAddresses(assigned));
  const families = new Set(addresses.map(({ address }) => address.family));

  const { mtu } = config;
  const veth = connectVeth(context, { mtu, mac: undefined, master: undefined, hostLinkLocal: families.has(6) });
  const { hostName, index } = veth;
  refuseRouterAdvertisements(hostName);
  configureInterface(
    context,
    index,
    { addresses, routes: assignedRoutes(assigned, addresses) },
    {
      canHaveIpv6: canHaveIpv6(kernel, mtu),
      announces: false,
      before: veth.pending,
      after: containerRoutes(index, addresses),
    },
  );
  const host = waitForCarrier(kernel, hostName);
  configureHost(kernel, host.index, addresses);
  // it stays: only when nothing is refused any more
  enableForwarding(families);
  if (config.ipMasq) {
    addMasquerade(kernel, id, addresses);
    undo.push(() => removeMasquerade(kernel, id, addresses));
  }
  return {
    interfaces: [
      { name: hostName, mac: host.mac },
      { name: id.ifName, mac: veth.mac, sandbox: id.netns },
    ],
    ips: assigned.ips.map((ip) => ({ ...ip, interface: CONTAINER_INDEX })),
    routes: assigned.routes,
    dns: config.dns ?? assigned.dns,
  };
}

function configureHost({ host }: Kernel, index: number, addresses: readonly RoutedAddress[]): void {
  requestNamed(host, hostAddresses(index, addresses));
  for (const route of hostRoutes(index, addresses)) {
    try {
      requestNamed(host, [route]);
    } catch (error) {
      // as the reference, which leaves a route alone that is there already
      if (!isRefusal((error as Error).cause, "EEXIST")) throw error;
    }
  }
}
