import { findLink, type Link } from "@fairlead/netlink";
import type { Kernel } from "./kernel.ts";
import { failure } from "./plugin-error.ts";

/** How long the kernel may take to find that the other end is up; from 6.8 on it looks when it is asked, older ones when they come to it. */
const WAITS_MS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * The host's end of a veth, when packets pass it. Before that, the first packet of a container would be lost, and the next one comes a second later.
 *
 * Errors: code 999.
 */
export function waitForCarrier({ host }: Kernel, name: string): Link {
  for (const waitMs of WAITS_MS) {
    if (waitMs > 0) sleep(waitMs);
    const link = findLink(host, name);
    if (link === undefined) throw failure("Link not found");
    if (link.isOperational) return link;
  }
  throw failure("bridge port in error state: down");
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
