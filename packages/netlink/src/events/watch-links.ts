import { Worker } from "node:worker_threads";
import { EVENT_BUFFER_BYTES, MAX_WAITING_EVENT_BATCHES } from "../limits.ts";
import { requireInteger } from "../rtnetlink/argument.ts";
import { Credit } from "./credit.ts";
import { LinkWatch } from "./link-watch.ts";
import type { ThreadStart } from "./thread-messages.ts";
import { WakeUp } from "./wake-up.ts";

/** What the kernel takes: it doubles it, and keeps it in 31 bits. */
const MAX_RECEIVE_BUFFER_BYTES = 2 ** 30 - 1;

/**
 * Watches the links of the calling thread's network namespace, in a thread of its own.
 *
 * First every link that is there is told as new, then what changes. Nothing is lost for good: when more happens than the socket holds, the links
 * are listed again, and the differences are told. Of several changes of a link the ones in between may be missing then. A slow reader only delays.
 *
 * `receiveBufferBytes` is what the socket holds meanwhile; the kernel takes no less than 2304.
 *
 * The watch keeps the process alive until it is closed, by `close` or by leaving the loop over it. Errors: NETLINK_ARGUMENT_INVALID,
 * NETLINK_SYSTEM_CALL; of the loop: those of NetlinkSocket.
 * Source: rtnetlink(7), `RTMGRP_LINK`; netlink(7) on ENOBUFS.
 */
export function watchLinks({
  receiveBufferBytes = EVENT_BUFFER_BYTES,
}: {
  readonly receiveBufferBytes?: number | undefined;
} = {}): LinkWatch {
  requireInteger("the receive buffer", receiveBufferBytes, 1, MAX_RECEIVE_BUFFER_BYTES);
  const wakeUp = new WakeUp();
  const credit = new Credit(MAX_WAITING_EVENT_BATCHES);
  const workerData: ThreadStart = { wakeUpFd: wakeUp.fd, shared: credit.shared, receiveBufferBytes };
  // no arguments of the process's own: threads refuse some, and this one needs none
  const options = { name: "netlink-links", workerData, execArgv: [] };
  const worker = new Worker(new URL(threadFile(), import.meta.url), options);
  return new LinkWatch(worker, wakeUp, credit);
}

/** Where this module runs from its source, so does the thread. */
function threadFile(): string {
  return import.meta.url.endsWith(".ts") ? "./link-watch-thread.ts" : "./link-watch-thread.js";
}
