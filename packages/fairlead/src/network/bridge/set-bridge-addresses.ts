import { formatCidr } from "@fairlead/cni";
import { addAddress, broadcastAddress, changeLink, deleteAddress, type Link } from "@fairlead/netlink";
import type { AddContext } from "../plugin/add-context.ts";
import { type NamedRequest, requestNamed } from "../plugin/named-requests.ts";
import type { AddressChanges } from "./bridge-address.ts";

/**
 * Gives a bridge the addresses of its containers' gateways. With the first one it keeps its MAC address for good: otherwise it would have that of one
 * of its ports, and another one whenever ports come and go.
 *
 * Errors: code 999, in the words of the reference.
 */
export function setBridgeAddresses(
  { kernel: { host }, undo }: Pick<AddContext, "kernel" | "undo">,
  { index, name, mac }: Pick<Link, "index" | "name" | "mac">,
  { add, remove }: AddressChanges,
): void {
  if (add.length === 0 && remove.length === 0) return;
  undo.push(() => requestNamed(host, changes(index, name, { add: remove, remove: add })));
  requestNamed(host, [
    ...changes(index, name, { add, remove }),
    { request: changeLink(index, { mac }), refused: (words) => `could not set bridge's mac: ${words}` },
  ]);
}

function changes(index: number, name: string, { add, remove }: AddressChanges): NamedRequest[] {
  return [
    ...remove.map(({ address, prefixLength }) => ({
      request: deleteAddress(index, { address, prefixLength }),
      refused: (words: string) => `could not remove IP address from "${name}": ${words}`,
    })),
    ...add.map((cidr) => ({
      request: addAddress(index, { ...cidr, broadcast: broadcastAddress(cidr), noDad: true }),
      refused: (words: string) => `could not add IP address ${formatCidr(cidr)} to "${name}": ${words}`,
    })),
  ];
}
