import { type Connection, forgetConnections, NetlinkProtocol, NetlinkSocket } from "@fairlead/netlink";
import { PROTOCOL_NUMBERS } from "./port-mapping.ts";

/** A mapping of a UDP port that has changed. */
export interface ChangedMapping {
  readonly family: 4 | 6;
  readonly hostPort: number;
  /** The one address of the host that it was or is for; all without. */
  readonly hostAddress: Uint8Array | undefined;
  /** Where it leads now, or has led. */
  readonly target: Uint8Array;
  readonly change: "added" | "removed";
}

/**
 * Has the kernel forget UDP "connections" that go another way than a new mapping says, or still the way of one that is gone; without waiting for it:
 * their next packet after that goes the right way.
 *
 * The kernel looks through the table of all connections for each port, which takes milliseconds. A failure is nobody's: what is not forgotten ends by itself
 * after half a minute of silence. Lives in the network thread, and opens its sockets in that thread's namespace.
 */
export class ConnectionForgetter implements Disposable {
  /** By place: a later change makes an earlier one that waits pointless. */
  readonly #wanted = new Map<string, ChangedMapping>();
  #isRunning = false;

  forget(mappings: readonly ChangedMapping[]): void {
    for (const mapping of mappings) this.#wanted.set(placeOf(mapping), mapping);
    if (!this.#isRunning && this.#wanted.size > 0) void this.#run();
  }

  /** What is not begun is left. */
  [Symbol.dispose](): void {
    this.#wanted.clear();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // in the order in which they were wanted; what comes meanwhile comes last
    for (const [place, mapping] of this.#wanted) {
      this.#wanted.delete(place);
      try {
        using socket = NetlinkSocket.open(NetlinkProtocol.netfilter);
        const filter = { family: mapping.family, protocol: PROTOCOL_NUMBERS.udp, destinationPort: mapping.hostPort };
        await forgetConnections(socket, filter, (connection) => isStale(mapping, connection));
      } catch {
        // see above; the kernel may be without the means
      }
    }
    this.#isRunning = false;
  }
}

/** Whether a connection to the port goes another way than it should. Those that go the right way are in use, and would lose a packet. */
export function isStale(
  { hostAddress, target, change }: ChangedMapping,
  { destination, answeredBy }: Pick<Connection, "destination" | "answeredBy">,
): boolean {
  if (hostAddress !== undefined && Buffer.compare(destination, hostAddress) !== 0) return false;
  const goesToTarget = Buffer.compare(answeredBy, target) === 0;
  return change === "added" ? !goesToTarget : goesToTarget;
}

function placeOf({ family, hostPort, hostAddress }: ChangedMapping): string {
  return `${family} ${hostPort} ${hostAddress === undefined ? "" : Buffer.from(hostAddress).toString("hex")}`;
}
