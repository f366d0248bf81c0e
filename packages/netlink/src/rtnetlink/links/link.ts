import { NetlinkError } from "../../errors.ts";
import { readAttributes, readText } from "../../message/attributes.ts";
import { macText } from "../mac-address.ts";
import { type BridgePort, readBridgePort } from "./bridge-port.ts";
import { InfoAttribute, LinkAttribute, MacvlanAttribute, VxlanAttribute } from "./link-attribute.ts";
import { LINK_HEADER_BYTES, LinkFlag } from "./link-header.ts";
import { type LinkStatistics, readLinkStatistics } from "./link-statistics.ts";
import { MACVLAN_MODES, type MacvlanMode } from "./macvlan.ts";

/** `IF_OPER_UP`. Source: RFC 2863, `ifOperStatus`. */
const OPERATIONAL = 6;

/** A link as the kernel tells of it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** As in `02:00:00:00:00:01`; empty where the kind has none. */
  readonly mac: string;
  readonly mtu: number;
  /** Whether it is up as far as it was told to: `flags` says whether it has a carrier, too. */
  readonly isUp: boolean;
  /** Whether packets pass it: it is up, so is what it is connected to, and the kernel has taken notice of that. */
  readonly isOperational: boolean;
  readonly isPromiscuous: boolean;
  readonly isAllMulticast: boolean;
  /** As in `veth`; undefined for a device and loopback. */
  readonly kind: string | undefined;
  /** Index of the bridge that it is a port of. */
  readonly master: number | undefined;
  /** Index of the other end, or of the link beneath, in the namespace where that is. */
  readonly peerIndex: number | undefined;
  /** Id of that namespace where it is another one; -1 where it has no id here. */
  readonly peerNamespaceId: number | undefined;
  /** `LinkFlag.…` */
  readonly flags: number;
  readonly alias: string | undefined;
  readonly group: number;
  readonly txQueueLength: number;
  readonly statistics: LinkStatistics;
  readonly bridgePort: BridgePort | undefined;
  readonly macvlanMode: MacvlanMode | undefined;
  readonly vxlan: { readonly id: number; readonly port: number } | undefined;
}

/** Reads an RTM_NEWLINK. Errors: NETLINK_ANSWER_INVALID. */
export function readLink(payload: Buffer): Link {
  if (payload.length < LINK_HEADER_BYTES) throw new NetlinkError("NETLINK_ANSWER_INVALID", "a link without a header");
  const attributes = readAttributes(payload.subarray(LINK_HEADER_BYTES));
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const name = attributes.get(LinkAttribute.name);
  if (name === undefined) throw new NetlinkError("NETLINK_ANSWER_INVALID", "a link without a name");
  const flags = payload.readUInt32LE(8);
  const mac = attributes.get(LinkAttribute.address);
  const alias = attributes.get(LinkAttribute.alias);
  return {
    index: payload.readInt32LE(4),
    name: readText(name),
    mac: mac === undefined ? "" : macText(mac),
    mtu: number(LinkAttribute.mtu) ?? 0,
    isUp: (flags & LinkFlag.up) !== 0,
    isOperational: attributes.get(LinkAttribute.operationalState)?.[0] === OPERATIONAL,
    isPromiscuous: (flags & LinkFlag.promiscuous) !== 0,
    isAllMulticast: (flags & LinkFlag.allMulticast) !== 0,
    master: number(LinkAttribute.master),
    peerIndex: number(LinkAttribute.link),
    peerNamespaceId: attributes.get(LinkAttribute.linkNamespaceId)?.readInt32LE(0),
    flags,
    alias: alias && readText(alias),
    group: number(LinkAttribute.group) ?? 0,
    txQueueLength: number(LinkAttribute.txQueueLength) ?? 0,
    statistics: readLinkStatistics(attributes.get(LinkAttribute.statistics)),
    ...readInfo(attributes.get(LinkAttribute.info)),
  };
}

function readInfo(bytes: Buffer | undefined): Pick<Link, "kind" | "bridgePort" | "macvlanMode" | "vxlan"> {
  const info = readAttributes(bytes ?? Buffer.alloc(0));
  const text = (type: number) => {
    const value = info.get(type);
    return value && readText(value);
  };
  const kind = text(InfoAttribute.kind);
  const data = readAttributes(info.get(InfoAttribute.data) ?? Buffer.alloc(0));
  const port = info.get(InfoAttribute.portData);
  const isBridgePort = text(InfoAttribute.portKind) === "bridge" && port !== undefined;
  return {
    kind,
    bridgePort: isBridgePort ? readBridgePort(readAttributes(port)) : undefined,
    macvlanMode: kind === "macvlan" ? macvlanMode(data.get(MacvlanAttribute.mode)?.readUInt32LE(0)) : undefined,
    vxlan: kind === "vxlan" ? readVxlan(data) : undefined,
  };
}

function macvlanMode(mode: number | undefined): MacvlanMode | undefined {
  // the keys of MACVLAN_MODES are what MacvlanMode is
  return (Object.keys(MACVLAN_MODES) as MacvlanMode[]).find((name) => MACVLAN_MODES[name] === mode);
}

function readVxlan(data: ReadonlyMap<number, Buffer>): Link["vxlan"] {
  return {
    id: data.get(VxlanAttribute.id)?.readUInt32LE(0) ?? 0,
    port: data.get(VxlanAttribute.port)?.readUInt16BE(0) ?? 0,
  };
}
