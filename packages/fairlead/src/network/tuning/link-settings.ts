import { changeLink, type Link, type NetlinkSocket } from "@fairlead/netlink";
import { parseHardwareAddress } from "../plugin/hardware-address.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { failure } from "../plugin/plugin-error.ts";
import type { LinkSettings } from "./config.ts";

/** Makes a link like its settings, all in one request. Errors: code 999 in the kernel's words. */
export function setLink(socket: NetlinkSocket, { index }: Link, settings: LinkSettings): void {
  const { mac, mtu, promiscuous, allMulticast, txQueueLength } = settings;
  try {
    const change = {
      mac: mac === undefined ? undefined : parseHardwareAddress(mac),
      mtu,
      promiscuous: promiscuous ? true : undefined,
      allMulticast,
      txQueueLength,
    };
    socket.request(changeLink(index, change));
  } catch (error) {
    throw failure(kernelWords(error), error);
  }
}

/** Throws code 999 unless a link is as it was set, in the words of the reference plugin. */
export function requireSettings(link: Link, settings: LinkSettings): void {
  const { mac, mtu, promiscuous, allMulticast, txQueueLength } = settings;
  if (mac !== undefined && parseHardwareAddress(mac) !== link.mac) throw differs(link, "Ethernet", mac, link.mac);
  if (promiscuous !== link.isPromiscuous) throw differs(link, "promisc", promiscuous, link.isPromiscuous);
  if (mtu !== undefined && mtu !== link.mtu) throw differs(link, "MTU", mtu, link.mtu);
  if (allMulticast !== undefined && allMulticast !== link.isAllMulticast) {
    throw differs(link, "all-multicast mode", allMulticast, link.isAllMulticast);
  }
  if (txQueueLength !== undefined && txQueueLength !== link.txQueueLength) {
    throw differs(link, "Transmit Queue Length", txQueueLength, link.txQueueLength);
  }
}

function differs({ name }: Link, what: string, wanted: unknown, actual: unknown): Error {
  return failure(`Error: Tuning configured ${what} of ${name} is ${wanted}, current value is ${actual}`);
}
