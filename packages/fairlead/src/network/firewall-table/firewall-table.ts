import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { isRefusal, type NetlinkRequest, type NetlinkSocket } from "@fairlead/netlink";
import {
  addElements,
  deleteElements,
  deleteTable,
  findElement,
  hasTable,
  isStale,
  listElements,
  type NftElement,
  type NftKey,
  type NftSet,
  readGeneration,
  transact,
} from "@fairlead/netlink/nftables";
import type { AttachmentId } from "../plugin/attachment.ts";
import { type FirewallPart, isPartThere, partRequests } from "./firewall-part.ts";
import { hostTable, TABLE_FAMILIES } from "./host-table.ts";
import { isOfNetwork, ownerComment } from "./owner-comment.ts";

/** How often a change is begun again because somebody else changed rule sets meanwhile. */
const MAX_ATTEMPTS = 16;

/** A place in a set or map of our table. */
export interface FirewallKey {
  readonly set: NftSet;
  readonly key: NftKey;
}

/** An element of a set or map of our table, but for the comment, which names its owner. */
export interface FirewallElement extends FirewallKey {
  readonly data?: NftElement["data"];
}

/**
 * Our table on the host: elements that belong to attachments, and the parts that give them a meaning.
 *
 * Each change is one batch, all or nothing, made for one generation of the host's rule sets: where nobody else changed any, nothing has to be looked
 * at before; otherwise, after `nft flush ruleset` or when a firewall was loaded anew, the batch is refused, and goes again with all its parts.
 * Lives in the network thread, as its socket does. Errors: NetlinkError.
 */
export class FirewallTable {
  readonly #socket: NetlinkSocket;
  /** Of the last look; what is remembered holds as long as it stays. */
  #generation: number | undefined;
  readonly #parts = new Set<string>();
  readonly #remembered = new Map<string, unknown>();

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Puts elements in for an attachment, with the parts that they need. One that is there already is replaced, whosever it is. */
  put(owner: AttachmentId, elements: readonly FirewallElement[], parts: readonly FirewallPart[]): void {
    if (elements.length === 0) return;
    const additions = bySet(elements).flatMap(([set, ofSet]) => {
      const commented = ofSet.map(({ key, data }) => ({ key, data, comment: ownerComment(owner) }));
      // exclusive, because an element that is there would silently stay with its owner
      return addElements(set, commented, { exclusive: true });
    });
    let isCleared = false;
    this.#change(() => {
      // a set that is not there yet has nothing to clear
      const obstacles = isCleared ? this.#deletions(elements, () => true) : [];
      try {
        this.#commit(parts, [...obstacles, ...additions]);
      } catch (error) {
        if (isCleared || !isRefusal(error, "EEXIST")) throw error;
        isCleared = true;
        return false;
      }
      return true;
    });
  }

  /** Puts elements in that stay, with the parts that they need; those that are there already are left alone. */
  keep(comment: string, elements: readonly FirewallElement[], parts: readonly FirewallPart[]): void {
    this.#change(() => {
      const missing = elements.filter(({ set, key }) => findElement(this.#socket, set, key) === undefined);
      const additions = bySet(missing).flatMap(([set, ofSet]) => {
        return addElements(
          set,
          ofSet.map(({ key, data }) => ({ key, data, comment })),
          { exclusive: true },
        );
      });
      this.#commit(parts, additions);
      return true;
    });
  }

  /** Takes out those of the elements that belong to the attachment; no error for what is not there. */
  remove(owner: AttachmentId, keys: readonly FirewallKey[]): void {
    const comment = ownerComment(owner);
    this.#removeWhere(() => this.#deletions(keys, (element) => element.comment === comment));
  }

  /** Takes out all that belongs to the attachment, where nobody knows its keys any more: looks at every element of the sets. */
  removeAll(owner: AttachmentId, sets: readonly NftSet[]): void {
    const comment = ownerComment(owner);
    this.#removeWhere(() => this.#listedDeletions(sets, () => true, comment));
  }

  /** Takes out all that belongs to the network, but to none of the valid attachments. */
  collect(network: string, valid: readonly AttachmentId[], sets: readonly NftSet[]): void {
    const kept = new Set<string | undefined>(valid.map(ownerComment));
    this.#removeWhere(() => {
      return this.#listedDeletions(sets, ({ comment }) => isOfNetwork(comment, network) && !kept.has(comment));
    });
  }

  /** Takes our table away in each family in which none of the sets has an element. */
  removeUnused(sets: readonly NftSet[]): void {
    this.#change(() => {
      const unused = TABLE_FAMILIES.filter((family) => {
        return (
          hasTable(this.#socket, hostTable(family)) &&
          sets.every((set) => set.family !== family || listElements(this.#socket, set).length === 0)
        );
      });
      this.#commit(
        [],
        unused.map((family) => deleteTable(hostTable(family))),
      );
      if (unused.length > 0) this.#forget();
      return true;
    });
  }

  /** The first of the elements that is not there as {@link put} made it, for this attachment. */
  findMissing(owner: AttachmentId, elements: readonly FirewallElement[]): FirewallElement | undefined {
    const comment = ownerComment(owner);
    return elements.find(({ set, key, data }) => {
      const found = findElement(this.#socket, set, key);
      return found?.comment !== comment || !isSameData(found.data, data);
    });
  }

  /** Whether the parts are there as far as can be told by counting. */
  hasParts(parts: readonly FirewallPart[]): boolean {
    return parts.every((part) => isPartThere(this.#socket, part));
  }

  /** What a look at the rule sets of others gave, until any rule set of the host is changed by anyone but this object. */
  remember<T>(name: string, look: (socket: NetlinkSocket) => T): T {
    this.#refresh();
    // a name always stands for the same look, so for the same type
    if (this.#remembered.has(name)) return this.#remembered.get(name) as T;
    const value = look(this.#socket);
    this.#remembered.set(name, value);
    return value;
  }

  #removeWhere(deletions: () => NetlinkRequest[]): void {
    this.#change(() => {
      this.#commit([], deletions());
      return true;
    });
  }

  #deletions(keys: readonly FirewallKey[], isMeant: (element: NftElement) => boolean): NetlinkRequest[] {
    return bySet(keys).flatMap(([set, ofSet]) => {
      const found = ofSet.filter(({ key }) => {
        const element = findElement(this.#socket, set, key);
        return element !== undefined && isMeant(element);
      });
      return deleteElements(
        set,
        found.map(({ key }) => key),
      );
    });
  }

  #listedDeletions(
    sets: readonly NftSet[],
    isMeant: (element: NftElement) => boolean,
    comment?: string,
  ): NetlinkRequest[] {
    return sets.flatMap((set) => {
      const meant = listElements(this.#socket, set, { comment }).filter(isMeant);
      return deleteElements(
        set,
        meant.map(({ key }) => key),
      );
    });
  }

  /** Calls until it says that it is done; again, too, when the rule sets changed meanwhile. */
  #change(attempt: () => boolean): void {
    for (let left = MAX_ATTEMPTS; ; left--) {
      try {
        // of before the attempt looks at anything
        this.#generation ??= readGeneration(this.#socket);
        if (attempt()) return;
      } catch (error) {
        if (!isStale(error) || left === 0) throw error;
        this.#forget();
      }
    }
  }

  /**
   * Every batch changes something for sure, so that the generation goes up: elements are put in as new ones, and taken out after they were seen;
   * parts have rules.
   */
  #commit(parts: readonly FirewallPart[], changes: readonly NetlinkRequest[]): void {
    const missing = parts.filter(({ name }) => !this.#parts.has(name));
    const requests = [...missing.flatMap(partRequests), ...changes];
    if (requests.length === 0) return;
    const generation = this.#generation;
    assert(generation !== undefined, "changes are made for a generation");
    transact(this.#socket, requests, { generation });
    // the kernel counts in 32 bits, and leaves 0 out
    this.#generation = (generation + 1) >>> 0 || 1;
    for (const { name } of missing) this.#parts.add(name);
  }

  #refresh(): void {
    const generation = readGeneration(this.#socket);
    if (generation === this.#generation) return;
    this.#forget();
    this.#generation = generation;
  }

  #forget(): void {
    this.#generation = undefined;
    this.#parts.clear();
    this.#remembered.clear();
  }
}

function bySet<T extends FirewallKey>(elements: readonly T[]): [NftSet, T[]][] {
  return [...Map.groupBy(elements, ({ set }) => `${set.family} ${set.name}`).values()].map((ofSet) => {
    const [{ set }] = ofSet as [T, ...T[]]; // no group is empty
    return [set, ofSet];
  });
}

function isSameData(a: NftElement["data"], b: NftElement["data"]): boolean {
  if (a === undefined || b === undefined || "kind" in a || "kind" in b) return isDeepStrictEqual(a, b);
  return a.length === b.length && a.every((part, index) => Buffer.compare(part, b[index] ?? part) === 0);
}
