import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "./libc.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;
const EINTR = 4;
const EAGAIN = 11;

/**
 * Takes the exclusive lock (flock) of an open file, without waiting: gives whether it is ours. It goes with the last descriptor of this opening of
 * the file. Errors: NETLINK_SYSTEM_CALL, as on a file system without locks.
 */
export function tryLockFile(fd: number): boolean {
  for (;;) {
    if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
    const errno = lastErrno();
    if (errno === EAGAIN) return false;
    if (errno !== EINTR) throw NetlinkError.systemCall("lock a file", errno);
  }
}
