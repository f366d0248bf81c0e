/** The thread that waits for changes of links. Started by `watch-links.ts`; ends when it is woken. */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { NetlinkError } from "../errors.ts";
import { MAX_WAITING_EVENT_BATCHES } from "../limits.ts";
import type { NetlinkAnswer } from "../message/message.ts";
import { listLinks } from "../rtnetlink/links/find-link.ts";
import { readLink } from "../rtnetlink/links/link.ts";
import { Family, RouteMessage } from "../rtnetlink/route-message.ts";
import { NetlinkProtocol, NetlinkSocket } from "../socket.ts";
import { Credit } from "./credit.ts";
import { EventSocket } from "./event-socket.ts";
import type { LinkEvent } from "./link-event.ts";
import { LinkTable } from "./link-table.ts";
import type { FromThread, ThreadStart } from "./thread-messages.ts";
import { waitForEither } from "./wait-for-either.ts";

const RTMGRP_LINK = 1;

assert(parentPort !== null, "this module is the start of a worker thread");
const port = parentPort;
// the one who starts this thread gives nothing else
const { wakeUpFd, shared, receiveBufferBytes } = workerData as ThreadStart;
const credit = new Credit(MAX_WAITING_EVENT_BATCHES, shared);

try {
  watch();
} catch (error) {
  if (!(error instanceof NetlinkError)) throw error;
  const { code, message, errno, operation } = error;
  send({ kind: "failed", code, message, fields: { errno, operation } });
}

function watch(): void {
  using events = EventSocket.open(RTMGRP_LINK, receiveBufferBytes);
  using socket = NetlinkSocket.open(NetlinkProtocol.route);
  const table = new LinkTable();
  let isGoingOn = tell(table.replaceAll(listLinks(socket)));
  while (isGoingOn && !waitForEither(events.fd, wakeUpFd)) {
    isGoingOn = tell(readEvents(events, socket, table));
  }
}

/** All that waits, up to a listing that takes the place of what was lost. */
function readEvents(events: EventSocket, socket: NetlinkSocket, table: LinkTable): LinkEvent[] {
  const told: LinkEvent[] = [];
  for (;;) {
    const received = events.receive();
    if (received === "nothing") return told;
    if (received === "overrun") {
      // what waits is older than the listing, and its end may be what was lost
      events.drain();
      return told.concat(table.replaceAll(listLinks(socket)));
    }
    told.push(...received.flatMap((message) => apply(table, message)));
  }
}

function apply(table: LinkTable, { type, payload }: NetlinkAnswer): LinkEvent[] {
  // those of the bridge family tell of ports: a port that is taken off its bridge is "deleted" there, but not gone
  if (payload[0] !== Family.unspecified) return [];
  if (type === RouteMessage.newLink) return table.set(readLink(payload));
  if (type === RouteMessage.deleteLink) return table.delete(payload.readInt32LE(4));
  return [];
}

/** False when nobody reads any more. */
function tell(events: readonly LinkEvent[]): boolean {
  if (events.length === 0) return true;
  if (!credit.take()) return false;
  send({ kind: "events", events });
  return true;
}

function send(message: FromThread): void {
  port.postMessage(message);
}
