import { isDeepStrictEqual } from "node:util";
import type { Link } from "../rtnetlink/links/link.ts";
import type { LinkEvent } from "./link-event.ts";

/** The links that a watch knows; tells what is new in what the kernel says. */
export class LinkTable {
  readonly #links = new Map<number, Link>();

  /** A link as it is now; nothing where that is known. */
  set(link: Link): LinkEvent[] {
    const previous = this.#links.get(link.index);
    this.#links.set(link.index, link);
    if (previous === undefined) return [{ kind: "new", link }];
    return isSame(previous, link) ? [] : [{ kind: "changed", link, previous }];
  }

  /** A link that is gone; nothing where it was not known. */
  delete(index: number): LinkEvent[] {
    const link = this.#links.get(index);
    if (link === undefined) return [];
    this.#links.delete(index);
    return [{ kind: "deleted", link }];
  }

  /** All links that there are: what is not among them is gone. */
  replaceAll(links: readonly Link[]): LinkEvent[] {
    const listed = new Set(links.map(({ index }) => index));
    const gone = [...this.#links.keys()].filter((index) => !listed.has(index));
    return [...gone.flatMap((index) => this.delete(index)), ...links.flatMap((link) => this.set(link))];
  }
}

function isSame(a: Link, b: Link): boolean {
  return isDeepStrictEqual({ ...a, statistics: undefined }, { ...b, statistics: undefined });
}
