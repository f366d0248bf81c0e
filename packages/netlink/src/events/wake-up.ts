import { closeSync, writeSync } from "node:fs";
import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";

const EFD_CLOEXEC_NONBLOCK = 0o2000000 | 0o4000;

/** What wakes a thread that blocks in poll: an eventfd. */
export class WakeUp {
  readonly fd: number;

  /** Errors: NETLINK_SYSTEM_CALL. */
  constructor() {
    this.fd = libc.eventfd(0, EFD_CLOEXEC_NONBLOCK);
    if (this.fd < 0) throw NetlinkError.systemCall("make an eventfd", lastErrno());
  }

  /** From any thread; wakes the other whether it blocks already or will. */
  send(): void {
    const one = Buffer.alloc(8);
    one.writeBigUInt64LE(1n);
    writeSync(this.fd, one);
  }

  close(): void {
    closeSync(this.fd);
  }
}
