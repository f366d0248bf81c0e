import type { Cidr, CniResult, JsonObject, PluginCall, ResultInterface } from "@fairlead/cni";
import { findLink, type Link, listAddresses } from "@fairlead/netlink";
import { addMasquerade, removeMasquerade } from "../masquerade/masquerade.ts";
import type { AddContext } from "../plugin/add-context.ts";
import { attachment } from "../plugin/attachment.ts";
import { configureInterface } from "../plugin/configure-interface.ts";
import { assignedAddresses, assignedRoutes } from "../plugin/container-addresses.ts";
import { up } from "../plugin/container-interface.ts";
import { NO_DNS } from "../plugin/dns-config.ts";
import { requireEthernetAddress } from "../plugin/hardware-address.ts";
import { enableForwarding } from "../plugin/interface-settings.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { takeAddresses } from "../plugin/take-addresses.ts";
import { toResult } from "../plugin/to-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { canHaveIpv6, connectVeth, type VethPair } from "../plugin/veth-pair.ts";
import { waitForCarrier } from "../plugin/wait-for-carrier.ts";
import { planBridgeAddresses } from "./bridge-address.ts";
import { type BridgeConfig, parseBridgeConfig, requireConsistent } from "./config.ts";
import { ensureBridge, findBridge } from "./ensure-bridge.ts";
import { type BridgedAddresses, planGateways } from "./gateways.ts";
import { configurePort } from "./port.ts";
import { setBridgeAddresses } from "./set-bridge-addresses.ts";
import { checkSource } from "./spoof-check.ts";
import { ensureVlanGateway } from "./vlan-gateway.ts";

/** Places of the interfaces in a result. */
const CONTAINER_INDEX = 2;

const NOTHING: BridgedAddresses = { ips: [], routes: [], gateways: [] };

/** Connects a container to a bridge: everything that can be known is looked at before anything is changed. */
export function addBridge(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
  const config = parseBridgeConfig(call);
  requireConsistent(config);
  const mac = config.mac === undefined ? undefined : requireEthernetAddress(config.mac, "failed to make veth pair");
  const id = attachment(call);
  return withContainerAt(kernel, id.netns, (container) => {
    return UndoList.guard((undo) => {
      return toResult(call, connect({ kernel, container, attachment: id, undo }, { ...config, mac }, ipam));
    });
  });
}

function connect(context: AddContext, config: BridgeConfig, ipam: Ipam): CniResult {
  const { kernel, attachment: id, undo } = context;
  const present = findBridge(kernel, config);
  const addressed = config.hasIpam ? planGateways(takeAddresses(context, ipam), config, CONTAINER_INDEX) : NOTHING;
  // before anything is changed: it may refuse
  const changes = config.vlan === 0 ? planAddresses(kernel, config, present, addressed.gateways) : undefined;

  const bridge = ensureBridge(context, config, present);
  const { mtu, mac } = config;
  const veth = connectVeth(context, { mtu, mac, master: bridge.index, hostLinkLocal: false });
  configurePort(kernel, veth.hostName, config);
  if (config.macSpoofCheck) checkSource(context, veth);
  configureContainer(context, config, veth, addressed);
  if (changes !== undefined) setBridgeAddresses(context, bridge, changes);
  const vlanGateway = changes === undefined ? joinVlan(context, config, bridge, addressed.gateways) : undefined;
  if (addressed.gateways.length > 0) enableForwarding(new Set(addressed.gateways.map(({ address }) => address.family)));
  if (config.ipMasq && config.hasIpam) {
    const ips = assignedAddresses(addressed);
    addMasquerade(kernel, id, ips);
    undo.push(() => removeMasquerade(kernel, id, ips));
  }

  const host = config.disableContainerInterface
    ? requireLink(kernel, veth.hostName)
    : waitForCarrier(kernel, veth.hostName);
  return {
    interfaces: [
      // its MAC may be another one now that it has a port more
      toInterface(requireLink(kernel, bridge.name)),
      toInterface(host),
      { name: id.ifName, mac: veth.mac, sandbox: id.netns },
      ...(vlanGateway === undefined ? [] : [toInterface(vlanGateway)]),
    ],
    ips: addressed.ips,
    routes: addressed.routes,
    dns: config.dns ?? NO_DNS,
  };
}

function planAddresses(kernel: Kernel, config: BridgeConfig, link: Link | undefined, gateways: readonly Cidr[]) {
  const present = link === undefined || gateways.length === 0 ? [] : listAddresses(kernel.host, { index: link.index });
  return planBridgeAddresses(link?.name ?? config.bridge, present, gateways, config.forceAddress);
}

function configureContainer(
  context: AddContext,
  config: BridgeConfig,
  { index, pending }: VethPair,
  { ips, routes }: BridgedAddresses,
): void {
  if (!config.hasIpam) {
    const link = { index, name: context.attachment.ifName };
    requestNamed(context.container.route, [...pending, ...(config.disableContainerInterface ? [] : [up(link)])]);
    return;
  }
  const addresses = assignedAddresses({ ips });
  configureInterface(
    context,
    index,
    { addresses, routes: assignedRoutes({ routes }, addresses) },
    {
      canHaveIpv6: canHaveIpv6(context.kernel, config.mtu),
      detectsDuplicates: config.detectsDuplicates,
      announces: true,
      before: pending,
    },
  );
}

/** The interface of the host that is the gateway in a VLAN; undefined where none is needed. */
function joinVlan(
  context: AddContext,
  config: BridgeConfig,
  bridge: Link,
  gateways: readonly Cidr[],
): Link | undefined {
  if (gateways.length === 0) return undefined;
  const link = ensureVlanGateway(context, bridge, config);
  setBridgeAddresses(context, link, planAddresses(context.kernel, config, link, gateways));
  return link;
}

function toInterface({ name, mac }: Link): ResultInterface {
  return { name, mac };
}

function requireLink({ host }: Kernel, name: string): Link {
  const link = findLink(host, name);
  if (link === undefined) throw failure(`could not lookup "${name}": Link not found`);
  return link;
}
