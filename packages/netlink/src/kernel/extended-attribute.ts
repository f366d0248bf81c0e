import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "./libc.ts";

const EPERM = 1;
const ENOENT = 2;
const ENODATA = 61;
const EOPNOTSUPP = 95;
const MAX_VALUE_BYTES = 4096;

/**
 * Writes an extended attribute of a file, text; gives whether the file system takes such. Errors: NETLINK_SYSTEM_CALL.
 *
 * Names begin with `user.`, or with `trusted.`, which is root's alone and which tmpfs has had before `user.` (6.6). Source: xattr(7).
 */
export function setExtendedAttribute(path: string, name: string, value: string): boolean {
  const bytes = Buffer.from(value);
  if (libc.setxattr(path, name, bytes, bytes.length, 0) === 0) return true;
  const errno = lastErrno();
  if (errno === EOPNOTSUPP || errno === EPERM) return false;
  throw NetlinkError.systemCall(`set ${name} of ${path}`, errno);
}

/** The value of an extended attribute; undefined where the file, or the attribute, is not there. Errors: NETLINK_SYSTEM_CALL. */
export function readExtendedAttribute(path: string, name: string): string | undefined {
  const bytes = Buffer.alloc(MAX_VALUE_BYTES);
  const length = Number(libc.getxattr(path, name, bytes, bytes.length));
  if (length >= 0) return bytes.toString("utf8", 0, length);
  const errno = lastErrno();
  if ([EPERM, ENOENT, ENODATA, EOPNOTSUPP].includes(errno)) return undefined;
  throw NetlinkError.systemCall(`read ${name} of ${path}`, errno);
}
