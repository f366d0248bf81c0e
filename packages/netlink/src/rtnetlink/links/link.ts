import { NetlinkError } from "../../errors.ts";
import { AttributeReader } from "../attribute-reader.ts";
import { macText } from "../mac-address.ts";
import { Family } from "../route-message.ts";
import { type BridgePort, readBridgePort } from "./bridge-port.ts";
import {
  Inet6Attribute,
  Inet6Setting,
  InfoAttribute,
  LinkAttribute,
  MacvlanAttribute,
  VxlanAttribute,
} from "./link-attribute.ts";
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
  /** Whether it takes routes from whoever says that it is a router; undefined where it has no IPv6. */
  readonly acceptsRouterAdvertisements: boolean | undefined;
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
  const reader = new AttributeReader(payload, LINK_HEADER_BYTES);
  const name = reader.text(LinkAttribute.name);
  if (name === undefined) throw new NetlinkError("NETLINK_ANSWER_INVALID", "a link without a name");
  const flags = reader.header.readUInt32LE(8);
  return {
    index: reader.header.readInt32LE(4),
    name,
    mac: macText(reader.bytes(LinkAttribute.address) ?? Buffer.alloc(0)),
    mtu: reader.u32(LinkAttribute.mtu) ?? 0,
    isUp: (flags & LinkFlag.up) !== 0,
    isOperational: reader.u8(LinkAttribute.operationalState) === OPERATIONAL,
    isPromiscuous: (flags & LinkFlag.promiscuous) !== 0,
    isAllMulticast: (flags & LinkFlag.allMulticast) !== 0,
    master: reader.u32(LinkAttribute.master),
    peerIndex: reader.u32(LinkAttribute.link),
    peerNamespaceId: reader.s32(LinkAttribute.linkNamespaceId),
    flags,
    acceptsRouterAdvertisements: acceptsRouterAdvertisements(reader.nested(LinkAttribute.familySpecific)),
    alias: reader.text(LinkAttribute.alias),
    group: reader.u32(LinkAttribute.group) ?? 0,
    txQueueLength: reader.u32(LinkAttribute.txQueueLength) ?? 0,
    // few ask for them
    get statistics() {
      return readLinkStatistics(reader.bytes(LinkAttribute.statistics));
    },
    ...readInfo(reader.nested(LinkAttribute.info)),
  };
}

function acceptsRouterAdvertisements(families: AttributeReader): boolean | undefined {
  const settings = families.nested(Family.inet6).bytes(Inet6Attribute.settings);
  const start = 4 * Inet6Setting.acceptRouterAdvertisements;
  return settings === undefined || settings.length < start + 4 ? undefined : settings.readInt32LE(start) !== 0;
}

function readInfo(info: AttributeReader): Pick<Link, "kind" | "bridgePort" | "macvlanMode" | "vxlan"> {
  const kind = info.text(InfoAttribute.kind);
  // only where it is wanted: that of a bridge is long
  const data = () => info.nested(InfoAttribute.data);
  const isBridgePort = info.text(InfoAttribute.portKind) === "bridge";
  return {
    kind,
    bridgePort: isBridgePort ? readBridgePort(info.nested(InfoAttribute.portData)) : undefined,
    macvlanMode: kind === "macvlan" ? macvlanMode(data().u32(MacvlanAttribute.mode)) : undefined,
    vxlan: kind === "vxlan" ? readVxlan(data()) : undefined,
  };
}

function macvlanMode(mode: number | undefined): MacvlanMode | undefined {
  // the keys of MACVLAN_MODES are what MacvlanMode is
  return (Object.keys(MACVLAN_MODES) as MacvlanMode[]).find((name) => MACVLAN_MODES[name] === mode);
}

function readVxlan(data: AttributeReader): Link["vxlan"] {
  return { id: data.u32(VxlanAttribute.id) ?? 0, port: data.be16(VxlanAttribute.port) ?? 0 };
}
