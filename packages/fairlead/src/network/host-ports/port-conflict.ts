import type { NetlinkSocket } from "@fairlead/netlink";
import { findElement, listElements, type NftElement } from "@fairlead/netlink/nftables";
import { isOfNetwork, ownerComment } from "../firewall-table/owner-comment.ts";
import type { AttachmentId } from "../plugin/attachment.ts";
import { failure } from "../plugin/plugin-error.ts";
import { areDisjoint } from "./disjoint.ts";
import { anyAddressMap, type Lane, listLanes, oneAddressMap } from "./lane.ts";
import { PROTOCOL_NUMBERS } from "./port-mapping.ts";
import type { PortClaim } from "./port-plan.ts";

/** From how many ports on all of a map are listed, rather than each of them looked for. */
const MANY_PORTS = 64;

/** A mapping that is there. */
export interface PresentMapping {
  /** Protocol and port, as in {@link portOf}. */
  readonly port: string;
  readonly hostAddress: Uint8Array | undefined;
  readonly target: Uint8Array;
  readonly comment: string | undefined;
}

/**
 * Throws code 999 when a port is mapped for another attachment already.
 *
 * The reference plugin lets both have it; the older one gets the packets, and the newer one nothing, until the older one goes. Where a port of all
 * addresses meets the same port of one of them, that is a conflict, too. It is none where the conditions of both can never be met by the same
 * packet; nor where the older attachment is to the same network and had the same address: it must be gone, since the address was given anew.
 */
export function requireFreePorts(socket: NetlinkSocket, owner: AttachmentId, claims: readonly PortClaim[]): void {
  for (const [family, ofFamily] of Map.groupBy(claims, ({ lane }) => lane.family)) {
    for (const lane of listLanes(socket, family)) {
      const meeting = ofFamily.filter((claim) => {
        return claim.lane.name === lane.name || !areDisjoint(claim.lane.conditions, lane.conditions);
      });
      if (meeting.length === 0) continue;
      const present = Map.groupBy(readPresent(socket, lane, meeting), ({ port }) => port);
      for (const claim of meeting) {
        const other = present.get(portOf(claim))?.find((mapping) => isInTheWay(mapping, claim, owner));
        if (other !== undefined) throw conflict(claim, other);
      }
    }
  }
}

/** Whether a mapping of the same port cannot be there together with a claim. */
export function isInTheWay(present: PresentMapping, claim: PortClaim, owner: AttachmentId): boolean {
  const { hostAddress, target, comment } = present;
  const meets = hostAddress === undefined || claim.hostAddress === undefined || isSame(hostAddress, claim.hostAddress);
  const isGone = isOfNetwork(comment, owner.network) && isSame(target, claim.target);
  return meets && comment !== ownerComment(owner) && !isGone;
}

function readPresent(socket: NetlinkSocket, lane: Lane, claims: readonly PortClaim[]): PresentMapping[] {
  const any = anyAddressMap(lane);
  const keys = new Map(claims.map((claim) => [portOf(claim), claim.element.key.slice(-2)]));
  const anyElements =
    keys.size > MANY_PORTS
      ? listElements(socket, any)
      : [...keys.values()].flatMap((key) => findElement(socket, any, key) ?? []);
  // of these there are few, and they cannot be looked for by their port
  const oneElements = listElements(socket, oneAddressMap(lane));
  return [...anyElements, ...oneElements].flatMap(toPresent);
}

function toPresent({ key, data, comment }: NftElement): PresentMapping[] {
  const [protocol, port] = key.slice(-2);
  if (protocol === undefined || port === undefined || data === undefined || "kind" in data) return [];
  const [target] = data;
  const hostAddress = key.length > 2 ? key[0] : undefined;
  return target === undefined ? [] : [{ port: portText(protocol, port), hostAddress, target, comment }];
}

function conflict({ protocol, hostPort }: PortClaim, { comment = "" }: PresentMapping): Error {
  const [network, containerId] = comment.split(" ");
  return failure(`host port ${hostPort}/${protocol} is mapped already, for container ${containerId} of ${network}`);
}

function portOf({ protocol, hostPort }: PortClaim): string {
  return `${PROTOCOL_NUMBERS[protocol]} ${hostPort}`;
}

function portText(protocol: Uint8Array, port: Uint8Array): string {
  return `${protocol[0]} ${Buffer.from(port).readUInt16BE()}`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
