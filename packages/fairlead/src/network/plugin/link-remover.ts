import {
  changeLink,
  deleteLink,
  deleteLinkGroup,
  isRefusal,
  NetlinkProtocol,
  type NetlinkRequest,
  NetlinkSocket,
  type NetworkNamespace,
} from "@fairlead/netlink";

/** The group of links that are to be deleted: any number that nobody else puts links under. */
const REMOVED_GROUP = 0x6f1d2b35;

/**
 * How long removed links wait, in ms. While the kernel deletes some, 20 to 50 ms for one as for a hundred, it holds the lock of all links: deleted at
 * once, they would keep the calls behind them waiting. And most go in the meantime, with their namespace.
 */
const SWEEP_DELAY_MS = 250;

/** How many namespaces are held open for a link in them. */
const MAX_HELD_NAMESPACES = 64;

interface Deletion {
  /** Nothing else uses it. */
  readonly socket: NetlinkSocket;
  readonly request: NetlinkRequest;
}

/**
 * Deletes links without waiting for it.
 *
 * What is removed is down and has lost its name when {@link remove} returns; it is gone a while later, and at the latest with this object. A process
 * that dies between the two leaves it in its group, where the next removal finds it. Lives in the network thread, and opens its sockets in that
 * thread's namespace.
 */
export class LinkRemover implements Disposable {
  readonly #host: NetlinkSocket;
  #inside: Deletion[] = [];
  #isWanted = false;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(host: NetlinkSocket) {
    this.#host = host;
  }

  /** Removes a link of the host by its index; no error where it has gone. Errors: those of NetlinkSocket. */
  remove(index: number): void {
    takeAway(this.#host, index, { group: REMOVED_GROUP });
    this.sweep();
  }

  /** The same for one in another namespace, by a socket of that. Where too many wait, it is deleted at once. */
  removeInside(namespace: NetworkNamespace, socket: NetlinkSocket, index: number): void {
    takeAway(socket, index);
    if (this.#inside.length >= MAX_HELD_NAMESPACES) {
      tolerateMissing(() => socket.request(deleteLink(index)));
      return;
    }
    // it outlives the call that the other one was opened for
    const own = namespace.enter(() => NetlinkSocket.open(NetlinkProtocol.route));
    this.#inside.push({ socket: own, request: deleteLink(index) });
    this.#schedule();
  }

  /** Deletes what was removed, also what a process that died had removed; soon. */
  sweep(): void {
    this.#isWanted = true;
    this.#schedule();
  }

  /** Deletes what still waits, before it returns. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const { socket, request } of this.#takeDeletions()) {
      try {
        tolerateMissing(() => socket.request(request));
      } finally {
        socket.close();
      }
    }
  }

  #schedule(): void {
    if (!this.#isRunning) this.#timer ??= setTimeout(() => void this.#run(), SWEEP_DELAY_MS);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#isRunning = true;
    // one after the other: the files of this process need the pool's threads, too
    for (const { socket, request } of this.#takeDeletions()) {
      try {
        await socket.requestOnPool(request);
      } catch {
        // ENODEV: it has gone already. Whatever else it is, the link is out of the way, and a next sweep tries its group again.
      } finally {
        socket.close();
      }
    }
    this.#isRunning = false;
    if (this.#isWanted || this.#inside.length > 0) this.#schedule();
  }

  #takeDeletions(): Deletion[] {
    const inside = this.#inside;
    this.#inside = [];
    if (!this.#isWanted) return inside;
    this.#isWanted = false;
    const socket = NetlinkSocket.open(NetlinkProtocol.route);
    return [{ socket, request: deleteLinkGroup(REMOVED_GROUP) }, ...inside];
  }
}

/** Takes a link down and its name from it; no error where it has gone. Errors: those of NetlinkSocket. */
export function takeAway(socket: NetlinkSocket, index: number, change: { readonly group?: number } = {}): void {
  // two requests: kernels before 6.2 rename before they take a link down, and refuse to while it is up
  const name = `gone${index}`;
  tolerateMissing(() => {
    socket.requestAll([changeLink(index, { up: false }), changeLink(index, { ...change, name })]);
  });
}

function tolerateMissing(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isRefusal(error, "ENODEV")) throw error;
  }
}
