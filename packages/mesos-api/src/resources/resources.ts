import { create } from "@bufbuild/protobuf";
import { type Resource, Resource_AllocationInfoSchema, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { copyMessage } from "../copy-message.ts";
import { formatResource } from "./format-resource.ts";
import { addItem, Item, subtractItem } from "./item.ts";
import { isAllocatableTo, isReserved, isRevocable, reservationRole } from "./predicates.ts";
import { mergeRanges, type Range } from "./ranges.ts";
import { toRefinedFormat } from "./reservation-format.ts";
import { ResourceError } from "./resource-error.ts";
import { fromThousandths } from "./scalar.ts";
import { validateResource } from "./validate-resource.ts";

/**
 * An immutable bag of resources, with the arithmetic that masters, agents and allocators book with.
 *
 * Resources of one kind (name, role, reservations, disk, …) are one: scalars add up in thousandths, ranges and sets unite. Resources of
 * different kinds stay apart, as does everything by `allocation_info`: compare {@link unallocate}d bags where it should not count.
 * All formats of reservations are taken, the refined one comes out. Empty resources vanish.
 *
 * A shared resource counts its sharers: adding one that is there makes it shared by one more.
 *
 * Source: `Resources` in Mesos's `src/common/resources.cpp`.
 */
export class Resources implements Iterable<Resource> {
  readonly #items: readonly Item[];

  private constructor(items: readonly Item[]) {
    this.#items = items;
  }

  /** The empty bag. */
  static get none(): Resources {
    return NONE;
  }

  /** A bag of valid resources; throws {@link ResourceError} with Mesos's words for one that is not. */
  static of(resources: Iterable<Resource>): Resources {
    let items: readonly Item[] = [];
    for (const given of resources) {
      const error = validateResource(given);
      if (error !== undefined) {
        throw new ResourceError(error);
      }
      items = toRefinedFormat([given])
        .map((resource) => Item.of(resource))
        .reduce(addItem, items);
    }
    return new Resources(items);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  plus(other: Resources): Resources {
    return other.isEmpty ? this : new Resources(other.#items.reduce(addItem, this.#items));
  }

  /** What is left without `other`; what of it is not here is ignored. */
  minus(other: Resources): Resources {
    return other.isEmpty ? this : new Resources(other.#items.reduce(subtractItem, this.#items));
  }

  contains(other: Resources): boolean {
    let remaining = this.#items;
    return other.#items.every((item) => {
      const found = remaining.some((mine) => mine.contains(item));
      if (found && item.indivisible) {
        remaining = subtractItem(remaining, item);
      }
      return found;
    });
  }

  equals(other: Resources): boolean {
    return this.contains(other) && other.contains(this);
  }

  [Symbol.iterator](): Iterator<Resource> {
    return this.#items.map((item) => item.resource)[Symbol.iterator]();
  }

  /** The resources in the refined format; a shared one once, however many share it. */
  toArray(): Resource[] {
    return [...this];
  }

  /** The sum of all scalars of this name, over all roles and reservations; 0 where there is none. */
  scalar(name: string): number {
    let thousandths = 0;
    for (const { resource, amount } of this.#items) {
      if (resource.name === name && amount.type === Value_Type.SCALAR) {
        thousandths += amount.thousandths;
      }
    }
    return fromThousandths(thousandths);
  }

  /** All ranges of this name, over all roles and reservations, merged and in order. */
  ranges(name: string): Range[] {
    const ranges = this.#items.flatMap(({ resource, amount }) =>
      resource.name === name && amount.type === Value_Type.RANGES ? amount.ranges : [],
    );
    return mergeRanges(ranges);
  }

  /** All items of sets of this name, over all roles and reservations. */
  set(name: string): Set<string> {
    const items = this.#items.flatMap(({ resource, amount }) =>
      resource.name === name && amount.type === Value_Type.SET ? amount.items : [],
    );
    return new Set(items);
  }

  names(): Set<string> {
    return new Set(this.#items.map(({ resource }) => resource.name));
  }

  filter(predicate: (resource: Resource) => boolean): Resources {
    return this.#where((item) => predicate(item.resource));
  }

  unreserved(): Resources {
    return this.filter((resource) => !isReserved(resource));
  }

  /** What a role may have: unreserved resources, and those reserved for it or for a role above it. */
  allocatableTo(role: string): Resources {
    return this.filter((resource) => isAllocatableTo(resource, role));
  }

  revocable(): Resources {
    return this.filter(isRevocable);
  }

  nonRevocable(): Resources {
    return this.filter((resource) => !isRevocable(resource));
  }

  /** The reserved resources, by the role that they are reserved for. */
  reservations(): Map<string, Resources> {
    return this.filter(isReserved).#groupBy(reservationRole);
  }

  /** The allocated resources, by the role that they are allocated to. */
  allocations(): Map<string, Resources> {
    return this.filter((resource) => resource.allocationInfo !== undefined).#groupBy(
      (resource) => resource.allocationInfo?.role ?? "",
    );
  }

  /** The same resources, all allocated to `role`. */
  allocate(role: string): Resources {
    return this.#map((resource) => {
      const copy = copyMessage(resource);
      copy.allocationInfo = create(Resource_AllocationInfoSchema, { role });
      return copy;
    });
  }

  /** The same resources, allocated to nobody. */
  unallocate(): Resources {
    return this.#map((resource) => {
      if (resource.allocationInfo === undefined) {
        return resource;
      }
      const copy = copyMessage(resource);
      delete copy.allocationInfo;
      return copy;
    });
  }

  /** The same resources without their reservations. */
  toUnreserved(): Resources {
    return this.#map((resource) => {
      if (resource.reservations.length === 0) {
        return resource;
      }
      const copy = copyMessage(resource);
      copy.reservations = [];
      return copy;
    });
  }

  /** Mesos's text, which its error messages hold: `cpus:4; mem(reservations: [(STATIC,web)]):1024`; `{}` for an empty bag. */
  toString(): string {
    return this.isEmpty ? "{}" : this.#items.map((item) => formatResource(item.resource)).join("; ");
  }

  #where(predicate: (item: Item) => boolean): Resources {
    const items = this.#items.filter(predicate);
    return items.length === this.#items.length ? this : new Resources(items);
  }

  #groupBy(key: (resource: Resource) => string): Map<string, Resources> {
    const groups = Map.groupBy(this.#items, (item) => key(item.resource));
    return new Map(Array.from(groups, ([name, items]) => [name, new Resources(items)]));
  }

  #map(change: (resource: Resource) => Resource): Resources {
    const items = this.#items.map((item) => {
      const resource = change(item.resource);
      return resource === item.resource ? item : Item.of(resource, item.sharers);
    });
    // resources that differed in what was changed become one
    return new Resources(items.reduce(addItem, []));
  }
}

// not a static field: TypeScript 7.0 emits code that fails for one that makes an instance of its own class, where that has private methods
const NONE = Resources.of([]);
