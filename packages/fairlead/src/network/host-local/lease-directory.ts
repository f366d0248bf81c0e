import { existsSync, statSync, utimesSync } from "node:fs";
import type { LeaseIndex } from "./lease-index.ts";
import { withLeaseLock } from "./lease-lock.ts";
import { Leases } from "./leases.ts";

/**
 * The directory of a network's leases, the same as the reference plugin's, byte for byte:
 *
 *     <dataDir>/<network>/lock                  held (flock) by whoever changes anything
 *                        /10.1.0.5              a lease: container id, CR LF, interface name
 *                        /fd00::5
 *                        /last_reserved_ip.0    the address of range set 0 that was given out last
 *
 * Reading thousands of leases for every call would cost more than the rest of it together. So what they say is kept in memory for as long as nobody
 * else changed the directory. How that is known: after each call the directory gets a time of modification that no clock gives any more; whoever
 * adds or removes a file sets it to the present. The reference plugin never writes into a lease that is there, and writes the last reserved address
 * only after it added a lease.
 */
export class LeaseDirectory {
  readonly #directory: string;
  readonly #newMark: () => number;
  #index: LeaseIndex | undefined;
  /** How the directory looked when the index was right. */
  #look: string | undefined;

  /** `newMark` gives a time, in seconds of the epoch: in the past, with many digits behind the point, never the same twice. */
  constructor(directory: string, newMark: () => number) {
    this.#directory = directory;
    this.#newMark = newMark;
  }

  /** Calls a function with the leases, under the lock. The directory is made where it is missing. Errors: code 11; Node's own for files. */
  locked<T>(call: (leases: Leases) => T): T {
    return withLeaseLock(this.#directory, () => this.#call(call));
  }

  /** The same where the directory is there; undefined where it is not. */
  lockedIfThere<T>(call: (leases: Leases) => T): T | undefined {
    return existsSync(this.#directory) ? this.locked(call) : undefined;
  }

  #call<T>(call: (leases: Leases) => T): T {
    const before = look(this.#directory);
    const known = before === this.#look ? this.#index : undefined;
    this.#look = undefined;
    const leases = new Leases(this.#directory, known);
    try {
      return call(leases);
    } finally {
      this.#index = leases.index;
      const isUntouched = leases.index === known && !leases.isChanged;
      if (leases.isSure) this.#look = isUntouched ? before : this.#mark();
    }
  }

  /** Undefined where it does not last, as on a file system that keeps whole seconds: they would be the same too often. */
  #mark(): string | undefined {
    const mark = this.#newMark();
    try {
      utimesSync(this.#directory, mark, mark);
    } catch {
      // then the leases are read again next time
      return undefined;
    }
    const after = look(this.#directory);
    return after.endsWith("000000000") ? undefined : after;
  }
}

function look(directory: string): string {
  const { dev, ino, mtimeNs } = statSync(directory, { bigint: true });
  return `${dev}:${ino}:${mtimeNs}`;
}
