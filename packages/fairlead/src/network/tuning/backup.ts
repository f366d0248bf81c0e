import { type JsonObject, parseJsonObject } from "@fairlead/cni";
import { changeLink, type Link, type NetlinkRequest } from "@fairlead/netlink";
import { isEthernetAddress, parseHardwareAddress } from "../plugin/hardware-address.ts";
import type { LinkSettings } from "./config.ts";

/** What an interface was like before an ADD; what is undefined was not changed. */
export interface Backup {
  readonly mac?: string;
  readonly promisc?: boolean;
  readonly mtu?: number;
  readonly allmulti?: boolean;
  readonly txQLen?: number;
}

/** The values of a link that an ADD is going to change. */
export function backupOf(link: Link, settings: LinkSettings): Backup {
  const { mac, promiscuous, mtu, allMulticast, txQueueLength } = settings;
  return {
    ...(mac === undefined ? {} : { mac: link.mac }),
    ...(promiscuous ? { promisc: link.isPromiscuous } : {}),
    ...(mtu === undefined ? {} : { mtu: link.mtu }),
    ...(allMulticast === undefined ? {} : { allmulti: link.isAllMulticast }),
    ...(txQueueLength === undefined ? {} : { txQLen: link.txQueueLength }),
  };
}

/** The text of the file, byte for byte that of the reference plugin. */
export function formatBackup(backup: Backup): string {
  return JSON.stringify(backup, null, " ");
}

/** Reads the text of a file; empty for what is none: there is nothing to put back then. */
export function parseBackup(text: string): Backup {
  const { mac, promisc, mtu, allmulti, txQLen } = parseOrEmpty(text);
  return {
    ...(isMac(mac) ? { mac } : {}),
    ...(typeof promisc === "boolean" ? { promisc } : {}),
    ...(isNumber(mtu) ? { mtu } : {}),
    ...(typeof allmulti === "boolean" ? { allmulti } : {}),
    ...(isNumber(txQLen) ? { txQLen } : {}),
  };
}

/** What puts the values back, each by itself: one that is refused keeps none of the others. */
export function restore(index: number, { mac, promisc, mtu, allmulti, txQLen }: Backup): NetlinkRequest[] {
  return [
    ...(mtu === undefined ? [] : [changeLink(index, { mtu })]),
    ...(mac === undefined ? [] : [changeLink(index, { mac })]),
    ...(promisc === undefined ? [] : [changeLink(index, { promiscuous: promisc })]),
    ...(allmulti === undefined ? [] : [changeLink(index, { allMulticast: allmulti })]),
    ...(txQLen === undefined ? [] : [changeLink(index, { txQueueLength: txQLen })]),
  ];
}

function parseOrEmpty(text: string): JsonObject {
  try {
    return parseJsonObject(text);
  } catch {
    return {};
  }
}

function isMac(value: unknown): value is string {
  const address = typeof value === "string" ? parseHardwareAddress(value) : undefined;
  return address !== undefined && isEthernetAddress(address);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
