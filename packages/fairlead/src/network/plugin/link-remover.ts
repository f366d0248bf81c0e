import { changeLink, deleteLinkGroup, isRefusal, NetlinkProtocol, NetlinkSocket } from "@fairlead/netlink";

/** The group of links that are to be deleted: any number that nobody else puts links under. */
const REMOVED_GROUP = 0x6f1d2b35;

/**
 * Deletes links without waiting for it: the kernel takes some 25 ms, for many at once as for one.
 *
 * What is removed is down and has lost its name when {@link remove} returns; it is gone a while later. A process that dies between the two leaves it
 * in its group, where the next removal finds it. Lives in the network thread, and opens its sockets in that thread's namespace.
 */
export class LinkRemover {
  readonly #host: NetlinkSocket;
  #isRunning = false;
  #isWanted = false;

  constructor(host: NetlinkSocket) {
    this.#host = host;
  }

  /** Removes the link with an index; no error where it has gone. Errors: those of NetlinkSocket. */
  remove(index: number): void {
    try {
      // two requests: kernels before 6.2 rename before they take a link down, and refuse to while it is up
      const name = `gone${index}`;
      this.#host.requestAll([changeLink(index, { up: false }), changeLink(index, { name, group: REMOVED_GROUP })]);
    } catch (error) {
      if (!isRefusal(error, "ENODEV")) throw error;
    }
    this.sweep();
  }

  /** Deletes what was removed, also what a process that died had removed. */
  sweep(): void {
    this.#isWanted = true;
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      // a socket of its own: the others are in use meanwhile
      using socket = NetlinkSocket.open(NetlinkProtocol.route);
      while (this.#isWanted) {
        this.#isWanted = false;
        await socket.requestOnPool(deleteLinkGroup(REMOVED_GROUP));
      }
    } catch {
      // ENODEV: somebody else was faster. Whatever else it is, the links are out of the way, and the next sweep tries again.
    } finally {
      this.#isRunning = false;
    }
  }
}
