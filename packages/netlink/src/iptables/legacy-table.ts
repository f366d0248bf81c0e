import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_RAW = 255;
const SOL_IP = 0;
const SOL_IPV6 = 41;
const GET_INFO = 64;
const GET_ENTRIES = 65;
const EAGAIN = 11;

const NAME_BYTES = 32;
/** `struct ipt_getinfo`: the last of its numbers is the length of all entries. */
const INFO_BYTES = 84;
const INFO_SIZE_AT = 80;
/** `struct ipt_get_entries` before its entries. */
const ENTRIES_AT = 40;
const MAX_ATTEMPTS = 8;

/**
 * The entries of one of the tables that iptables had before nf_tables, as the kernel has them: to look for a name, a comment or an address in. Of the
 * calling thread's network namespace. Asking for a table puts it into use where it is not: ask for those of `/proc/net/ip_tables_names` only.
 *
 * Errors: NETLINK_SYSTEM_CALL, also where there is no such table. Source: `include/uapi/linux/netfilter_ipv4/ip_tables.h`.
 */
export function readLegacyTable(family: 4 | 6, table: string): Buffer {
  const operation = `read the table ${table} of iptables`;
  const [domain, level] = family === 4 ? [AF_INET, SOL_IP] : [AF_INET6, SOL_IPV6];
  const fd = libc.socket(domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  if (fd < 0) throw NetlinkError.systemCall(operation, lastErrno());
  try {
    for (let attempt = 1; ; attempt++) {
      const info = namedBuffer(table, INFO_BYTES);
      if (!getOption(fd, level, GET_INFO, info)) throw NetlinkError.systemCall(operation, lastErrno());
      const size = info.readUInt32LE(INFO_SIZE_AT);
      const entries = namedBuffer(table, ENTRIES_AT + size);
      entries.writeUInt32LE(size, NAME_BYTES);
      if (getOption(fd, level, GET_ENTRIES, entries)) return entries.subarray(ENTRIES_AT);
      // it was changed in between
      const errno = lastErrno();
      if (errno !== EAGAIN || attempt === MAX_ATTEMPTS) throw NetlinkError.systemCall(operation, errno);
    }
  } finally {
    libc.close(fd);
  }
}

function namedBuffer(name: string, bytes: number): Buffer {
  if (Buffer.byteLength(name) >= NAME_BYTES) {
    throw new NetlinkError("NETLINK_ARGUMENT_INVALID", `iptables has no table with a name as long as "${name}"`);
  }
  const buffer = Buffer.alloc(bytes);
  buffer.write(name);
  return buffer;
}

function getOption(fd: number, level: number, option: number, value: Buffer): boolean {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return libc.getsockopt(fd, level, option, value, length) === 0;
}
