import { randomBytes } from "node:crypto";
import type { CniResult, JsonObject, PluginCall } from "@fairlead/cni";
import { changeLink, createMacvlan, findLink, type Link, type NetlinkSocket } from "@fairlead/netlink";
import type { AddContext } from "../plugin/add-context.ts";
import { attachment } from "../plugin/attachment.ts";
import { configureInterface } from "../plugin/configure-interface.ts";
import { assignedAddresses, assignedRoutes } from "../plugin/container-addresses.ts";
import { up } from "../plugin/container-interface.ts";
import { NO_DNS } from "../plugin/dns-config.ts";
import { requireEthernetAddress } from "../plugin/hardware-address.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { removeInterface, removeLink } from "../plugin/remove-interface.ts";
import { takeAddresses } from "../plugin/take-addresses.ts";
import { toResult } from "../plugin/to-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { canHaveIpv6 } from "../plugin/veth-pair.ts";
import { type MacvlanConfig, parseMacvlanConfig } from "./config.ts";
import { findMaster, requireMtu } from "./master.ts";

/** Gives a container a link of its own upon one of the host. */
export function addMacvlan(kernel: Kernel, call: PluginCall, ipam: Ipam): JsonObject {
  const config = parseMacvlanConfig(call);
  const id = attachment(call);
  return withContainerAt(kernel, id.netns, (container) => {
    return UndoList.guard((undo) => {
      return toResult(call, connect({ kernel, container, attachment: id, undo }, config, ipam));
    });
  });
}

function connect(context: AddContext, config: MacvlanConfig, ipam: Ipam): CniResult {
  const { kernel, container, attachment: id } = context;
  const socket = config.linkInContainer ? container.route : kernel.host;
  const master = findMaster(socket, config);
  requireMtu(master, config.mtu);
  const mac = requestedMac(config);
  const assigned = config.hasIpam ? takeAddresses(context, ipam) : undefined;
  const addresses = assigned === undefined ? [] : assignedAddresses(assigned);

  const link = makeMacvlan(context, socket, master, { ...config, mac });
  const rename = {
    request: changeLink(link.index, { name: id.ifName }),
    refused: (words: string) => `failed to rename macvlan to "${id.ifName}": ${words}`,
  };
  if (assigned === undefined) {
    requestNamed(container.route, [rename, up({ index: link.index, name: id.ifName })]);
  } else {
    configureInterface(
      context,
      link.index,
      { addresses, routes: assignedRoutes(assigned, addresses) },
      { canHaveIpv6: canHaveIpv6(kernel, link.mtu), announces: true, before: [rename] },
    );
  }
  return {
    interfaces: [{ name: id.ifName, mac: link.mac, sandbox: id.netns }],
    ips: (assigned?.ips ?? []).map((ip) => ({ ...ip, interface: 0 })),
    routes: assigned?.routes ?? [],
    dns: config.dns ?? NO_DNS,
  };
}

function requestedMac({ mac }: MacvlanConfig): string | undefined {
  return mac === undefined ? undefined : requireEthernetAddress(mac, `invalid args ${mac} for MAC addr`);
}

/** The link in the container, under a name that nobody else has: kernels before 6.13 look for the name in the master's namespace, too. */
function makeMacvlan(
  { kernel, container, attachment: id, undo }: AddContext,
  socket: NetlinkSocket,
  master: Link,
  { mode, mac, mtu, bcQueueLength }: Pick<MacvlanConfig, "mode" | "mac" | "mtu" | "bcQueueLength">,
): Link {
  const name = `macvlan${randomBytes(4).toString("hex")}`;
  try {
    socket.request(
      createMacvlan({
        name,
        parent: master.index,
        mode,
        mac,
        mtu: mtu === 0 ? undefined : mtu,
        bcQueueLength,
        namespaceFd: container.namespace.fd,
      }),
    );
  } catch (error) {
    throw failure(`failed to create macvlan: ${kernelWords(error)}`, error);
  }
  undo.push(() => removeInterface(kernel, container, { ...id, ifName: name }));
  const link = findLink(container.route, name);
  if (link === undefined) throw failure(`failed to refetch macvlan "${id.ifName}": Link not found`);
  undo.push(() => removeLink(kernel, container, link, id));
  return link;
}
