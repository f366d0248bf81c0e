import { closeSync, constants, fstatSync, ftruncateSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { formatIp, type IpAddress } from "@fairlead/cni";
import { errorCode } from "../../base/files/error-code.ts";
import { formatLease, formatOldLease, isBlank, type LeaseOwner } from "./lease.ts";
import { LeaseIndex, lastReservedFile } from "./lease-index.ts";
import { readLease } from "./read-lease.ts";

/** The leases of a network while their lock is held. */
export class Leases {
  isChanged = false;
  /** Whether the index is what the directory holds: not after a failure half way, or when somebody was here without the lock. */
  isSure = true;
  readonly #directory: string;
  #isFresh: boolean;
  #index: LeaseIndex;

  /** `known` is what the directory holds, as far as one can tell without reading it. */
  constructor(directory: string, known: LeaseIndex | undefined) {
    this.#directory = directory;
    this.#isFresh = known === undefined;
    this.#index = known ?? LeaseIndex.read(directory);
  }

  get index(): LeaseIndex {
    return this.#index;
  }

  /** Address, as its file is named, to content. */
  get all(): ReadonlyMap<string, string> {
    return this.#index.leases;
  }

  /**
   * Reads everything again, unless that was done under this lock: before something is said to be missing, or taken. Gives whether it did.
   */
  refresh(): boolean {
    if (this.#isFresh) return false;
    this.#index = LeaseIndex.read(this.#directory);
    this.#isFresh = true;
    return true;
  }

  isTaken(address: IpAddress): boolean {
    return this.all.has(formatIp(address));
  }

  /** Whether the one who took an address died over it: its file is there, and says nothing, still. */
  isAbandoned(address: IpAddress): boolean {
    const name = formatIp(address);
    const text = this.all.get(name);
    return text !== undefined && isBlank(text) && isBlank(readLease(join(this.#directory, name)) ?? "");
  }

  /** The addresses of an attachment. */
  of(owner: LeaseOwner): readonly string[] {
    return this.#withText(formatLease(owner));
  }

  /** Those of a container that old versions of the reference plugin wrote, without an interface. */
  ofContainer(owner: LeaseOwner): readonly string[] {
    return this.#withText(formatOldLease(owner));
  }

  /** Looked up in the files themselves: one that was written over is not seen in the directory, and must not be taken from whose it is now. */
  #withText(text: string): readonly string[] {
    const names = this.#index.withText(text);
    const isRight = (name: string) => readLease(join(this.#directory, name))?.trim() === text;
    if (this.#isFresh || names.every(isRight)) return names;
    this.refresh();
    return this.#index.withText(text);
  }

  lastReserved(rangeSet: number): IpAddress | undefined {
    return this.#index.lastReserved(rangeSet);
  }

  /** Writes a lease, instead of one that is abandoned. Gives false where the address turns out to be taken. */
  take(address: IpAddress, owner: LeaseOwner, rangeSet: number): boolean {
    const name = formatIp(address);
    if (this.isAbandoned(address)) this.release([name]);
    const wasSure = this.#touch();
    if (!this.#create(name, formatLease(owner))) return false;
    try {
      this.#overwrite(lastReservedFile(rangeSet), name);
    } catch (error) {
      this.#unlink(name);
      throw error;
    }
    this.#index.add(name, formatLease(owner));
    this.#index.setLastReserved(rangeSet, name);
    this.isSure = wasSure;
    return true;
  }

  /** Removes leases; those that are gone do not matter. */
  release(names: readonly string[]): void {
    const wasSure = this.#touch();
    for (const name of names) {
      this.#unlink(name);
      this.#index.remove(name);
    }
    this.isSure = wasSure;
  }

  /** Before any change. */
  #touch(): boolean {
    const wasSure = this.isSure;
    this.isChanged = true;
    this.isSure = false;
    return wasSure;
  }

  #create(name: string, text: string): boolean {
    let fd: number;
    try {
      // exclusively, so that no address is given out twice even where locks do not work
      fd = openSync(join(this.#directory, name), "wx", 0o600);
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
    try {
      const bytes = Buffer.from(text);
      // a disk that fills up takes a part; the next write says why
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    } catch (error) {
      this.#unlink(name);
      throw error;
    } finally {
      closeSync(fd);
    }
    return true;
  }

  /** Without cutting the file to nothing first: that makes file systems free a block and look for another one, which takes longer than all else. */
  #overwrite(name: string, text: string): void {
    const fd = openSync(join(this.#directory, name), constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeSync(fd, text, 0);
      if (fstatSync(fd).size !== text.length) ftruncateSync(fd, text.length);
    } finally {
      closeSync(fd);
    }
  }

  #unlink(name: string): void {
    try {
      unlinkSync(join(this.#directory, name));
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }
}
