import { type BigIntStats, closeSync, fstatSync, openSync, statSync, unlinkSync } from "node:fs";
import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";

const CLONE_NEWNET = 0x40000000;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
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
  #isClosed = false;

  private constructor(fd: number) {
    this.fd = fd;
    this.id = identity(fstatSync(fd, { bigint: true }));
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
   * `home` is the namespace that the thread is in, for callers that have it open; looking it up takes as long as the rest.
   *
   * Errors: NETLINK_NAMESPACE_LOST when the way back fails; the thread must end then.
   */
  enter<T>(call: () => T, home?: NetworkNamespace): T {
    if (home === undefined) {
      using own = NetworkNamespace.current();
      return this.enter(call, own);
    }
    if (libc.setns(this.fd, CLONE_NEWNET) !== 0) {
      throw NetlinkError.systemCall(`enter the network namespace ${this.id}`, lastErrno());
    }
    try {
      return call();
    } finally {
      returnTo(home);
    }
  }

  /** Whether the calling thread is in it. */
  get isCurrent(): boolean {
    return identity(statSync(OWN, { bigint: true })) === this.id;
  }

  /** Binds it to a path, an empty file that is made where it is missing, so that it lives on without a process. */
  pin(path: string): void {
    const isNew = ensureFile(path);
    if (libc.mount(`/proc/self/fd/${this.fd}`, path, null, MS_BIND, null) === 0) return;
    const errno = lastErrno();
    if (isNew) unlinkSync(path);
    throw NetlinkError.systemCall(`pin a network namespace at ${path}`, errno);
  }

  /** Takes a pin away with its file; no error where there is none. The namespace ends when nobody uses it any more, in the kernel's own time. */
  static unpin(path: string): void {
    // as often as something was pinned there: a pin upon a pin hides it
    while (libc.umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) === 0);
    const errno = lastErrno();
    if (errno !== EINVAL && errno !== ENOENT) throw NetlinkError.systemCall(`take the pin ${path} away`, errno);
    try {
      unlinkSync(path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }

  /** Once or more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const ENOENT = 2;
const EINVAL = 22;

function returnTo(home: NetworkNamespace): void {
  if (libc.setns(home.fd, CLONE_NEWNET) === 0 && home.isCurrent) return;
  throw new NetlinkError("NETLINK_NAMESPACE_LOST", `the thread cannot return to its network namespace ${home.id}`);
}

function identity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Whether the file was missing. */
function ensureFile(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", 0o644));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
