import { closeSync, constants, openSync, readSync } from "node:fs";
import { errorCode } from "../../base/files/error-code.ts";
import { MAX_LEASE_BYTES } from "./limits.ts";

/** The text of a lease, or of the file of the last reserved address; undefined where it is a directory, or gone. */
export function readLease(path: string, buffer: Buffer = Buffer.alloc(MAX_LEASE_BYTES)): string | undefined {
  let fd: number;
  try {
    // a pipe must not be waited for
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer));
  } catch (error) {
    if (errorCode(error) === "EISDIR") return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}
