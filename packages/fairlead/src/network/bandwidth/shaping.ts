import {
  addIngress,
  addTbf,
  addU32Filter,
  deleteQdisc,
  EtherType,
  findQdisc,
  type NetlinkSocket,
  readTbf,
  type Tbf,
  TrafficHandle,
  trafficHandle,
} from "@fairlead/netlink";
import type { NamedRequest } from "../plugin/named-requests.ts";
import { failure } from "../plugin/plugin-error.ts";

const { root, ingress, ingressQdisc } = TrafficHandle;
const REDIRECT_PREF = 1;

/** Shapes what a link sends: of the host's end of a veth, that is what the container receives. */
export function shape(linkIndex: number, bucket: Tbf): NamedRequest {
  const request = addTbf({ linkIndex, parent: root, handle: trafficHandle(1), ...bucket });
  return { request, refused: (words) => `create qdisc: ${words}` };
}

/** Has everything that a link receives sent by another one: what arrives cannot be shaped, what leaves can. */
export function redirectReceived(linkIndex: number, toIndex: number): NamedRequest[] {
  const filter = addU32Filter({
    linkIndex,
    parent: ingressQdisc,
    pref: REDIRECT_PREF,
    protocol: EtherType.all,
    keys: [],
    classId: trafficHandle(1, 1),
    actions: [{ kind: "redirect", linkIndex: toIndex }],
  });
  return [
    { request: addIngress({ linkIndex }), refused: (words) => `create ingress qdisc: ${words}` },
    { request: filter, refused: (words) => `add filter: ${words}` },
  ];
}

/** What of a link these functions use: what it sends, what it receives. */
export type Direction = "sent" | "received";

const PARENTS = { sent: root, received: ingress } as const;
const NAMES = { sent: "qdisc", received: "ingress qdisc" } as const;

/** Throws code 999 where somebody shapes what a link sends, or redirects what it receives, already. */
export function requireUnshaped(socket: NetlinkSocket, linkIndex: number, directions: readonly Direction[]): void {
  for (const direction of directions) {
    const qdisc = findQdisc(socket, { linkIndex, parent: PARENTS[direction] });
    if (qdisc !== undefined) throw failure(`create ${NAMES[direction]}: file exists`);
  }
}

/** Takes away what these functions have made, each where it is there. */
export function unshape(socket: NetlinkSocket, linkIndex: number, directions: readonly Direction[]): void {
  const places = directions.map((direction) => ({ linkIndex, parent: PARENTS[direction] }));
  socket.requestAll(places.filter((place) => findQdisc(socket, place) !== undefined).map(deleteQdisc));
}

/** Throws code 999 unless a link is shaped by just this bucket, in the words of the reference plugin. */
export function requireShaped(socket: NetlinkSocket, linkIndex: number, bucket: Tbf): void {
  const qdisc = findQdisc(socket, { linkIndex, parent: root });
  const actual = qdisc && readTbf(qdisc);
  if (actual === undefined) throw failure("Failed to find qdisc");
  if (actual.rateBytesPerSecond !== bucket.rateBytesPerSecond) throw failure("Rate doesn't match");
  if (actual.limitBytes !== bucket.limitBytes) throw failure("Limit doesn't match");
  if (actual.bufferTicks !== bucket.bufferTicks) throw failure("Buffer doesn't match");
}
