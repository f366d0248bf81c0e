import { accumulate, type Quantities } from "./quantities.ts";

/** A place in the tree of roles. Clients hang as leaves named `.` under their path, so that a role may have members and subroles. */
interface Node {
  readonly path: string;
  readonly parent: Node | undefined;
  readonly children: Map<string, Node>;
  /** Set on leaves. */
  readonly client: string | undefined;
  isActive: boolean;
  /** What the clients below have, in thousandths. */
  readonly allocated: Map<string, number>;
  /** How often something was allocated here: breaks ties, so that equals take turns. */
  count: number;
  share: number;
  /** The children by share; undefined while it has to be made anew. */
  sorted: Node[] | undefined;
}

/**
 * Sorts clients by dominant resource fairness: who has the least of the resource that it has most of, divided by its weight, comes first.
 *
 * Clients are paths: `a/b` competes with its siblings within the share of `a`. Shares change with every allocation; the order follows at once.
 *
 * Source: Mesos's `DRFSorter`; Ghodsi et al., "Dominant Resource Fairness", NSDI 2011.
 */
export class DrfSorter {
  readonly #weightOf: (path: string) => number;
  readonly #root: Node = newNode("", undefined, undefined);
  readonly #clients = new Map<string, Node>();
  readonly #totals = new Map<string, number>();
  #order: string[] | undefined;

  constructor(weightOf: (path: string) => number = () => 1) {
    this.#weightOf = weightOf;
  }

  get size(): number {
    return this.#clients.size;
  }

  has(client: string): boolean {
    return this.#clients.has(client);
  }

  /** Adds a client, inactive. */
  add(client: string): void {
    let node = this.#root;
    for (const name of client.split("/")) {
      let child = node.children.get(name);
      if (child === undefined) {
        child = newNode(node === this.#root ? name : `${node.path}/${name}`, node, undefined);
        node.children.set(name, child);
      }
      node = child;
    }
    const leaf = newNode(`${node.path}/.`, node, client);
    node.children.set(".", leaf);
    this.#clients.set(client, leaf);
    this.#unsortPath(leaf);
  }

  /** Removes a client, and the roles above it that have nobody left. */
  remove(client: string): void {
    const leaf = this.#find(client);
    this.#clients.delete(client);
    for (let node: Node = leaf, parent = node.parent; parent !== undefined; node = parent, parent = node.parent) {
      accumulate(parent.allocated, leaf.allocated, -1);
      if (node.children.size === 0) parent.children.delete(nameOf(node));
    }
    this.#unsortPath(leaf);
  }

  /** Lets a client take part. */
  activate(client: string): void {
    this.#find(client).isActive = true;
    this.#order = undefined;
  }

  /** Leaves a client out of the order; what it has still counts. */
  deactivate(client: string): void {
    this.#find(client).isActive = false;
    this.#order = undefined;
  }

  allocated(client: string, amount: Quantities): void {
    for (let node: Node | undefined = this.#find(client); node !== undefined; node = node.parent) {
      accumulate(node.allocated, amount, 1);
      node.count++;
      this.#reposition(node);
    }
    this.#order = undefined;
  }

  unallocated(client: string, amount: Quantities): void {
    for (let node: Node | undefined = this.#find(client); node !== undefined; node = node.parent) {
      accumulate(node.allocated, amount, -1);
      this.#reposition(node);
    }
    this.#order = undefined;
  }

  /** Changes what there is to share. */
  addTotal(amount: Quantities): void {
    accumulate(this.#totals, amount, 1);
    this.#unsortAll();
  }

  removeTotal(amount: Quantities): void {
    accumulate(this.#totals, amount, -1);
    this.#unsortAll();
  }

  /** The active clients, the one that is owed most first. The array is a snapshot. */
  sort(): readonly string[] {
    if (this.#order === undefined) {
      this.#order = [];
      this.#collect(this.#root, this.#order);
    }
    return this.#order;
  }

  #collect(node: Node, order: string[]): void {
    node.sorted ??= this.#sortChildren(node);
    for (const child of node.sorted) {
      if (child.client === undefined) this.#collect(child, order);
      else if (child.isActive) order.push(child.client);
    }
  }

  #sortChildren(node: Node): Node[] {
    for (const child of node.children.values()) child.share = this.#share(child);
    return [...node.children.values()].sort(compare);
  }

  /** Moves one node to its place among its siblings, which are in order but for it. */
  #reposition(node: Node): void {
    const siblings = node.parent?.sorted;
    if (siblings === undefined) return;
    siblings.splice(siblings.indexOf(node), 1);
    node.share = this.#share(node);
    let low = 0;
    for (let high = siblings.length; low < high; ) {
      const middle = (low + high) >>> 1;
      // `middle` lies within the array.
      if (compare(siblings[middle]!, node) < 0) low = middle + 1;
      else high = middle;
    }
    siblings.splice(low, 0, node);
  }

  #share(node: Node): number {
    let share = 0;
    for (const [name, amount] of node.allocated) {
      const total = this.#totals.get(name) ?? 0;
      if (total > 0) share = Math.max(share, amount / total);
    }
    return share / (node.client === undefined ? this.#weightOf(node.path) : 1);
  }

  #find(client: string): Node {
    const node = this.#clients.get(client);
    if (node === undefined) throw new Error(`bug: ${client} is not a client of this sorter`);
    return node;
  }

  #unsortPath(leaf: Node): void {
    this.#order = undefined;
    for (let node = leaf.parent; node !== undefined; node = node.parent) node.sorted = undefined;
  }

  #unsortAll(): void {
    this.#order = undefined;
    const pending = [this.#root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      node.sorted = undefined;
      for (const child of node.children.values()) pending.push(child);
    }
  }
}

function newNode(path: string, parent: Node | undefined, client: string | undefined): Node {
  return {
    path,
    parent,
    client,
    children: new Map(),
    isActive: false,
    allocated: new Map(),
    count: 0,
    share: 0,
    sorted: undefined,
  };
}

function nameOf(node: Node): string {
  return node.path.slice(node.path.lastIndexOf("/") + 1);
}

function compare(left: Node, right: Node): number {
  if (left.share !== right.share) return left.share - right.share;
  if (left.count !== right.count) return left.count - right.count;
  return left.path < right.path ? -1 : left.path > right.path ? 1 : 0;
}
