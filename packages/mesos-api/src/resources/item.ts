import type { Resource } from "../../gen/mesos/v1/resource_pb.js";
import {
  type Amount,
  addAmounts,
  amountOf,
  containsAmount,
  isEmptyAmount,
  subtractAmounts,
  withAmount,
} from "./amount.ts";
import { isShared } from "./predicates.ts";
import { isIndivisible, resourceKind } from "./resource-kind.ts";

/** All of one kind of resource in a bag; immutable. */
export class Item {
  /** See {@link resourceKind}. */
  readonly kind: string;
  readonly amount: Amount;
  /** How many share a shared resource; undefined for one that is not shared. */
  readonly sharers: number | undefined;
  /** Whole or not at all: never merged with another item, unless both are the same shared resource. */
  readonly indivisible: boolean;
  /** Any resource of this kind. */
  readonly #template: Resource;
  #resource: Resource | undefined;

  private constructor(template: Resource, kind: string, amount: Amount, sharers: number | undefined) {
    this.kind = kind;
    this.amount = amount;
    this.sharers = sharers;
    this.indivisible = isIndivisible(template);
    this.#template = template;
  }

  /** Takes a valid resource in the refined format. */
  static of(resource: Resource, sharers = isShared(resource) ? 1 : undefined): Item {
    const item = new Item(resource, resourceKind(resource), amountOf(resource), sharers);
    item.#resource = resource;
    return item;
  }

  get isEmpty(): boolean {
    return this.sharers === 0 || isEmptyAmount(this.amount);
  }

  /** Made when somebody asks for it: an allocator adds and subtracts much more often than it looks. */
  get resource(): Resource {
    this.#resource ??= withAmount(this.#template, this.amount);
    return this.#resource;
  }

  contains(other: Item): boolean {
    return (
      this.#isSubtractable(other) &&
      (this.sharers ?? 0) >= (other.sharers ?? 0) &&
      containsAmount(this.amount, other.amount)
    );
  }

  /** Both as one item; undefined where they stay two. */
  plus(other: Item): Item | undefined {
    if (this.kind !== other.kind) {
      return undefined;
    }
    if (this.sharers !== undefined && other.sharers !== undefined) {
      return this.#isSameAmount(other) ? this.#with(this.amount, this.sharers + other.sharers) : undefined;
    }
    return this.indivisible ? undefined : this.#with(addAmounts(this.amount, other.amount), undefined);
  }

  /** What is left, perhaps nothing; undefined where `other` is no part of this. */
  minus(other: Item): Item | undefined {
    if (!this.#isSubtractable(other)) {
      return undefined;
    }
    if (this.sharers !== undefined && other.sharers !== undefined) {
      return this.#with(this.amount, Math.max(0, this.sharers - other.sharers));
    }
    return this.#with(subtractAmounts(this.amount, other.amount), undefined);
  }

  #isSubtractable(other: Item): boolean {
    return this.kind === other.kind && (!this.indivisible || this.#isSameAmount(other));
  }

  #isSameAmount(other: Item): boolean {
    return containsAmount(this.amount, other.amount) && containsAmount(other.amount, this.amount);
  }

  #with(amount: Amount, sharers: number | undefined): Item {
    const item = new Item(this.#template, this.kind, amount, sharers);
    item.#resource = amount === this.amount ? this.#resource : undefined;
    return item;
  }
}

export function addItem(items: readonly Item[], item: Item): readonly Item[] {
  if (item.isEmpty) {
    return items;
  }
  for (const [i, mine] of items.entries()) {
    const sum = mine.plus(item);
    if (sum !== undefined) {
      return items.with(i, sum);
    }
  }
  return [...items, item];
}

export function subtractItem(items: readonly Item[], item: Item): readonly Item[] {
  for (const [i, mine] of items.entries()) {
    const rest = mine.minus(item);
    if (rest !== undefined) {
      return rest.isEmpty ? items.toSpliced(i, 1) : items.with(i, rest);
    }
  }
  return items;
}
