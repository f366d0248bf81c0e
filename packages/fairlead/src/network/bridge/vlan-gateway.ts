import { changeLink, createVeth, findLink, type Link } from "@fairlead/netlink";
import { randomVethName } from "../namespace/veth-name.ts";
import type { AddContext } from "../plugin/add-context.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { failure } from "../plugin/plugin-error.ts";
import type { BridgeConfig } from "./config.ts";
import { vlanRequests } from "./port.ts";

/**
 * The interface of the host in a VLAN of a bridge, `<bridge>.<vlan>`: one end of a veth, whose other one is a port in that VLAN. Made where it is
 * missing. Errors: code 999.
 */
export function ensureVlanGateway(
  { kernel, undo }: Pick<AddContext, "kernel" | "undo">,
  bridge: Link,
  config: Pick<BridgeConfig, "vlan" | "preserveDefaultVlan">,
): Link {
  const { host } = kernel;
  const name = `${bridge.name}.${config.vlan}`;
  const present = findLink(host, name);
  if (present !== undefined) return present;
  const problem = `failed to create vlan interface: failed to create vlan gateway "${name}"`;
  const portName = randomVethName();
  try {
    const { index: master, mtu } = bridge;
    host.request(createVeth({ name: portName, mtu, master, up: true, peer: { name, mtu } }));
  } catch (error) {
    throw failure(`${problem}: ${kernelWords(error)}`, error);
  }
  undo.push(() => {
    const made = findLink(host, name);
    if (made !== undefined) kernel.linkRemover.remove(made.index);
  });
  const port = findLink(host, portName);
  const gateway = findLink(host, name);
  if (port === undefined || gateway === undefined) throw failure(`${problem}: Link not found`);
  requestNamed(host, vlanRequests(port.index, portName, { ...config, vlanTrunk: [] }));
  host.request(changeLink(gateway.index, { up: true }));
  return gateway;
}
