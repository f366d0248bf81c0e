import { closeSync, fstatSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";

const CLONE_NEWNET = 0x40000000;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
const OWN = "/proc/thread-self/ns/net";

/**
 * A network namespace, held by an open file: it exists at least as long as this object is open.
 *
 * Errors of all methods: NETLINK_SYSTEM_CALL; Node's own for files.
 */
export class NetworkNamespace implements Disposable {
  readonly fd: number;
  /** Device and inode of the namespace: equal for two handles exactly when they are the same namespace. */
  readonly id: string;

  private constructor(fd: number) {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    this.fd = fd;
    this.id = `${dev}:${ino}`;
  }

  /** The namespace at a path: `/proc/<pid>/ns/net`, or a pin. A file that is no namespace is noticed by {@link enter} only. */
  static open(path: string): NetworkNamespace {
    return new NetworkNamespace(openSync(path, "r"));
  }

  /** The one that the calling thread is in. */
  static current(): NetworkNamespace {
    return NetworkNamespace.open(OWN);
  }

  /** A new one, with nothing in it but a loopback that is down. The calling thread stays where it is. */
  static create(): NetworkNamespace {
    using home = NetworkNamespace.current();
    if (libc.unshare(CLONE_NEWNET) !== 0) throw NetlinkError.systemCall("make a network namespace", lastErrno());
    try {
      return NetworkNamespace.current();
    } finally {
      returnTo(home);
    }
  }

  /**
   * Calls a function with the calling thread in this namespace, and comes back whatever happens. Only for functions that do not wait: until it
   * returns, everything else on this thread would be in the namespace, too.
   *
   * Errors: NETLINK_NAMESPACE_LOST when the way back fails; the thread must end then.
   */
  enter<T>(call: () => T): T {
    using home = NetworkNamespace.current();
    if (libc.setns(this.fd, CLONE_NEWNET) !== 0) {
      throw NetlinkError.systemCall(`enter the network namespace ${this.id}`, lastErrno());
    }
    try {
      return call();
    } finally {
      returnTo(home);
    }
  }

  /** Binds it to a path, an empty file that is made where it is missing, so that it lives on without a process. */
  pin(path: string): void {
    writeFileSync(path, "", { flag: "a", mode: 0o644 });
    if (libc.mount(`/proc/self/fd/${this.fd}`, path, null, MS_BIND, null) !== 0) {
      throw NetlinkError.systemCall(`pin a network namespace at ${path}`, lastErrno());
    }
  }

  /** Takes a pin away with its file; no error where there is none. The namespace ends when nobody uses it any more, in the kernel's own time. */
  static unpin(path: string): void {
    if (libc.umount2(path, MNT_DETACH) !== 0) {
      const errno = lastErrno();
      if (errno !== EINVAL && errno !== ENOENT) throw NetlinkError.systemCall(`take the pin ${path} away`, errno);
    }
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const ENOENT = 2;
const EINVAL = 22;

function returnTo(home: NetworkNamespace): void {
  if (libc.setns(home.fd, CLONE_NEWNET) === 0) {
    using now = NetworkNamespace.current();
    if (now.id === home.id) return;
  }
  throw new NetlinkError("NETLINK_NAMESPACE_LOST", `the thread cannot return to its network namespace ${home.id}`);
}
