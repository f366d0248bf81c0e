import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type IpAddress, parseIp } from "@fairlead/cni";
import { MAX_LEASE_BYTES } from "./limits.ts";
import { readLease } from "./read-lease.ts";

const LAST_RESERVED = "last_reserved_ip.";

/** What the directory of a network's leases held at one time, under its lock. */
export class LeaseIndex {
  /** File name, which is the address, to content. */
  readonly leases = new Map<string, string>();
  readonly #namesByText = new Map<string, Set<string>>();
  readonly #lastReserved = new Map<number, string>();

  /** Reads every file of a directory; the costly way. */
  static read(directory: string): LeaseIndex {
    const index = new LeaseIndex();
    const buffer = Buffer.alloc(MAX_LEASE_BYTES);
    for (const name of readdirSync(directory)) {
      if (parseIp(name) !== undefined) {
        const text = readLease(join(directory, name), buffer);
        if (text !== undefined) index.add(name, text);
      } else if (name.startsWith(LAST_RESERVED)) {
        index.setLastReserved(Number(name.slice(LAST_RESERVED.length)), readLease(join(directory, name), buffer) ?? "");
      }
    }
    return index;
  }

  /** The names of the files with this content, but for white space around it. */
  withText(text: string): string[] {
    return [...(this.#namesByText.get(text) ?? [])];
  }

  add(name: string, text: string): void {
    const trimmed = text.trim();
    this.leases.set(name, trimmed);
    const names = this.#namesByText.get(trimmed);
    if (names === undefined) this.#namesByText.set(trimmed, new Set([name]));
    else names.add(name);
  }

  remove(name: string): void {
    const text = this.leases.get(name);
    if (text === undefined) return;
    this.leases.delete(name);
    const names = this.#namesByText.get(text);
    names?.delete(name);
    if (names?.size === 0) this.#namesByText.delete(text);
  }

  /** The address of a range set that was given out last; undefined where there is none, or what is written there is none. */
  lastReserved(rangeSet: number): IpAddress | undefined {
    return parseIp(this.#lastReserved.get(rangeSet) ?? "");
  }

  setLastReserved(rangeSet: number, name: string): void {
    this.#lastReserved.set(rangeSet, name);
  }
}

export function lastReservedFile(rangeSet: number): string {
  return `${LAST_RESERVED}${rangeSet}`;
}
