import { changeLink, createVeth, findLink, findLinkByIndex, isRefusal } from "@fairlead/netlink";
import { randomVethName } from "../namespace/veth-name.ts";
import type { AddContext } from "./add-context.ts";
import type { Kernel } from "./kernel.ts";
import { kernelWords } from "./kernel-words.ts";
import { type NamedRequest, requestNamed } from "./named-requests.ts";
import { ownerAlias } from "./owner-alias.ts";
import { failure } from "./plugin-error.ts";
import { removeInterface, removeLink } from "./remove-interface.ts";
import { nameTaken } from "./take-addresses.ts";

/** Below this, the kernel gives a link no IPv6. */
const MIN_IPV6_MTU = 1280;

/** How often another name is tried where a random one is taken. */
const MAX_NAME_ATTEMPTS = 10;

/** How a container is connected to the host. */
export interface VethPlan {
  /** The kernel's own without. */
  readonly mtu: number | undefined;
  /** Of the container's end; a random one without. */
  readonly mac: string | undefined;
  /** Index of the bridge that the host's end becomes a port of. */
  readonly master: number | undefined;
  /** Whether the host's end gives itself an IPv6 address: it needs none as a port of a bridge. */
  readonly hostLinkLocal: boolean;
}

/** Both ends: the host's up, the container's down and without addresses. */
export interface VethPair {
  readonly hostName: string;
  /** Index of the container's end. */
  readonly index: number;
  /** MAC address of the container's end, as it will be. */
  readonly mac: string;
  /** What the container's end still lacks to be as planned; to be done first. */
  readonly pending: readonly NamedRequest[];
}

/**
 * Connects a container: by the pair that was made beforehand with its namespace, or by a new one.
 *
 * Errors: code 999 in the words of the reference.
 */
export function connectVeth(context: AddContext, plan: VethPlan): VethPair {
  return connectReady(context, plan) ?? connectNew(context, plan);
}

/** Whether a link of a certain MTU has IPv6, if only the kernel has it. */
export function canHaveIpv6({ hasIpv6 }: Kernel, mtu: number | undefined): boolean {
  return hasIpv6 && (mtu === undefined || mtu >= MIN_IPV6_MTU);
}

function connectReady(context: AddContext, plan: VethPlan): VethPair | undefined {
  const { kernel, container, attachment, undo } = context;
  const ready = kernel.pool.takeVeth(attachment.netns, container.namespace);
  if (ready === undefined) return undefined;
  const { index } = ready.container;
  undo.push(() => {
    const link = findLinkByIndex(container.route, index);
    if (link !== undefined) removeLink(kernel, container, link, attachment);
  });
  const { mtu, mac, master } = plan;
  const { hostName } = ready;
  const refused = (words: string) => `failed to make veth pair: ${words}`;
  requestNamed(kernel.host, [
    { request: changeLink(ready.host.index, { name: hostName, mtu, master, ...hostEnd(context, plan) }), refused },
    { request: changeLink(ready.host.index, { up: true }), refused },
  ]);
  const { ifName } = attachment;
  const pending = [
    { request: changeLink(index, { name: ifName }), refused: () => nameTaken(ifName) },
    ...(mtu === undefined && mac === undefined ? [] : [{ request: changeLink(index, { mtu, mac }), refused }]),
  ];
  return { hostName, index, mac: mac ?? ready.container.mac, pending };
}

function connectNew(context: AddContext, plan: VethPlan): VethPair {
  const { kernel, container, attachment, undo } = context;
  const hostName = makeNew(context, plan);
  undo.push(() => removeInterface(kernel, container, attachment));
  const link = findLink(container.route, attachment.ifName);
  if (link === undefined) throw failure(`failed to lookup "${attachment.ifName}": Link not found`);
  return { hostName, index: link.index, mac: link.mac, pending: [] };
}

/** Gives the name of the host's end. */
function makeNew(context: AddContext, plan: VethPlan): string {
  const { kernel, container, attachment } = context;
  const { mtu, mac, master } = plan;
  const peer = { name: attachment.ifName, namespaceFd: container.namespace.fd, mtu, mac };
  for (let attempt = 1; ; attempt++) {
    const name = randomVethName();
    try {
      kernel.host.requestAll([
        createVeth({ name, mtu, master, peer }),
        changeLink(name, hostEnd(context, plan)),
        changeLink(name, { up: true }),
      ]);
      return name;
    } catch (error) {
      if (!isRefusal(error, "EEXIST")) {
        removeHalf(context, name);
        throw failure(`failed to make veth pair: ${kernelWords(error)}`, error);
      }
      if (findLink(container.route, attachment.ifName) !== undefined) throw failure(nameTaken(attachment.ifName));
      if (attempt === MAX_NAME_ATTEMPTS) throw failure("failed to find a unique veth name");
    }
  }
}

function hostEnd({ kernel, attachment }: AddContext, { mtu, hostLinkLocal }: VethPlan) {
  const isQuiet = !hostLinkLocal && canHaveIpv6(kernel, mtu);
  return { alias: ownerAlias(attachment), ...(isQuiet ? { linkLocal: false as const } : {}) };
}

/** Takes a pair away that was made, but not as it should be. */
function removeHalf({ kernel }: AddContext, name: string): void {
  const link = findLink(kernel.host, name);
  if (link !== undefined) kernel.linkRemover.remove(link.index);
}
