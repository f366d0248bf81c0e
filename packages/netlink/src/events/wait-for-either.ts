import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";

const POLLIN = 1;
const ENTRY_BYTES = 8;
const EINTR = 4;

/** Blocks the calling thread until one of two descriptors can be read or has failed; gives true when it is the second. Errors: NETLINK_SYSTEM_CALL. */
export function waitForEither(first: number, second: number): boolean {
  const entries = Buffer.alloc(2 * ENTRY_BYTES); // struct pollfd
  for (const [index, fd] of [first, second].entries()) {
    entries.writeInt32LE(fd, index * ENTRY_BYTES);
    entries.writeInt16LE(POLLIN, index * ENTRY_BYTES + 4);
  }
  while (libc.poll(entries, 2, -1) < 0) {
    const errno = lastErrno();
    if (errno !== EINTR) throw NetlinkError.systemCall("wait for events", errno);
  }
  return entries.readInt16LE(ENTRY_BYTES + 6) !== 0;
}
