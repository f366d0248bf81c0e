import { createHash } from "node:crypto";
import type { NetlinkSocket } from "@fairlead/netlink";
import {
  AddressType,
  ChainPriority,
  compare,
  dnat,
  field,
  listSets,
  loadAddressType,
  loadMeta,
  loadPayload,
  lookupMap,
  MAX_COMMENT_BYTES,
  type NftExpression,
  type NftSet,
} from "@fairlead/netlink/nftables";
import type { FirewallChain, FirewallPart } from "../firewall-table/firewall-part.ts";
import { addressType, familyNumber, type HostFamily, hostChain, hostTable } from "../firewall-table/host-table.ts";
import type { Condition } from "./condition.ts";
import { conditionExpressions } from "./condition-expressions.ts";
import { parseConditions } from "./parse-conditions.ts";

/** Mappings of one family that hold under the same conditions. The kernel keeps a lane's conditions as the comment of a map. */
export interface Lane {
  readonly family: HostFamily;
  readonly name: string;
  readonly conditions: readonly Condition[];
  /** What `conditions` were read from, in one text; undefined where it is too long to be kept. */
  readonly text: string | undefined;
}

const PREFIX = "ports";

/** The lane for conditions in iptables' words. Lanes of different groups are apart even when their conditions are the same. Errors: code 7. */
export function toLane(family: HostFamily, words: readonly string[], group?: string): Lane {
  const text = words.join(" ");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const parts = [PREFIX, ...(group === undefined ? [] : [group]), ...(words.length === 0 ? [] : [hash])];
  return {
    family,
    name: parts.join("_"),
    conditions: parseConditions(words, familyNumber(family)),
    text: Buffer.byteLength(text) <= MAX_COMMENT_BYTES ? text : undefined,
  };
}

/** The lanes that the host has, in no order. One whose conditions the kernel could not keep seems to have none: it overlaps with all. */
export function listLanes(socket: NetlinkSocket, family: HostFamily): Lane[] {
  return listSets(socket, hostTable(family)).flatMap(({ name, comment }) => {
    const lane = name.startsWith(PREFIX) && name.endsWith(ANY) ? name.slice(0, -ANY.length) : undefined;
    if (lane === undefined) return [];
    return [{ family, name: lane, conditions: readConditions(comment, family), text: comment }];
  });
}

const ANY = "_any";
const ONE = "_one";

/** From protocol and port, at any address of the host, to address and port of a container. */
export function anyAddressMap({ family, name, text }: Lane): NftSet {
  return {
    ...hostSet(family, `${name}${ANY}`),
    key: ["inet_proto", "inet_service"],
    data: [addressType(family), "inet_service"],
    comment: text === "" ? undefined : text,
  };
}

/** From one address of the host, protocol and port to address and port of a container. */
export function oneAddressMap({ family, name }: Lane): NftSet {
  return {
    ...hostSet(family, `${name}${ONE}`),
    key: [addressType(family), "inet_proto", "inet_service"],
    data: [addressType(family), "inet_service"],
  };
}

/**
 * What has packets for this host looked up in the maps of a lane; those that are on their way to another host are left alone (CVE-2025-67499).
 *
 * Comes after the rules of iptables: what the reference plugin has mapped for a container stays with it.
 *
 *     fib daddr type local <conditions> dnat to ip daddr . meta l4proto . th dport map @ports_one
 *     fib daddr type local <conditions> dnat to meta l4proto . th dport map @ports_any
 */
export function lanePart(lane: Lane): FirewallPart {
  const { family, name, conditions } = lane;
  const begin = [loadAddressType("destination"), compare("==", AddressType.local), ...conditionExpressions(conditions)];
  const registers = family === "ip" ? 1 : 4;
  const toContainer = dnat({ family, address: 0, port: registers });
  const one: NftExpression[] = [
    loadPayload(field.destinationAddress[family], 0),
    loadMeta("l4proto", registers),
    loadPayload(field.destinationPort, registers + 1),
    lookupMap(oneAddressMap(lane).name),
    toContainer,
  ];
  const any: NftExpression[] = [
    loadMeta("l4proto", 0),
    loadPayload(field.destinationPort, 1),
    lookupMap(anyAddressMap(lane).name),
    toContainer,
  ];
  const chain = (hook: "prerouting" | "output"): FirewallChain => ({
    chain: hostChain(family, `${name}_${hook}`),
    hook: { type: "nat", hook, priority: ChainPriority.destinationNat + 1 },
    rules: [
      [...begin, ...one],
      [...begin, ...any],
    ],
  });
  return {
    name: `${name} ${family}`,
    family,
    sets: [oneAddressMap(lane), anyAddressMap(lane)],
    chains: [chain("prerouting"), chain("output")],
  };
}

function readConditions(text: string | undefined, family: HostFamily): Condition[] {
  if (text === undefined) return [];
  try {
    return parseConditions(text.split(" "), familyNumber(family));
  } catch {
    // written by a version that knew more conditions
    return [];
  }
}

function hostSet(family: HostFamily, name: string): Pick<NftSet, "family" | "table" | "name"> {
  return { family, table: hostTable(family).name, name };
}
