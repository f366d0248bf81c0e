/** Whole numbers from `begin` to `end`, both included. */
export interface Range {
  readonly begin: bigint;
  readonly end: bigint;
}

/** The same numbers in as few ranges as possible, in order. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of inOrder(ranges)) {
    const last = merged.at(-1);
    if (last === undefined || range.begin > last.end + 1n) {
      merged.push({ begin: range.begin, end: range.end });
    } else if (range.end > last.end) {
      merged[merged.length - 1] = { begin: last.begin, end: range.end };
    }
  }
  return merged;
}

/** The numbers of merged `left` that merged `right` does not have. */
export function subtractRanges(left: readonly Range[], right: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let next = 0;
  for (const range of left) {
    let begin = range.begin;
    while (next < right.length && right[next]!.end < begin) {
      next++;
    }
    // what ends beyond this range may reach into the one after it: `next` stays there
    for (let i = next; i < right.length && right[i]!.begin <= range.end; i++) {
      const { begin: cutBegin, end: cutEnd } = right[i]!;
      if (cutBegin > begin) {
        rest.push({ begin, end: cutBegin - 1n });
      }
      begin = cutEnd + 1n;
    }
    if (begin <= range.end) {
      rest.push({ begin, end: range.end });
    }
  }
  return rest;
}

/** Whether merged `left` has every number of merged `right`. */
export function containsRanges(left: readonly Range[], right: readonly Range[]): boolean {
  return right.every((inner) => left.some((outer) => outer.begin <= inner.begin && inner.end <= outer.end));
}

/** Mesos's text of ranges, `[31000-31005, 31010-31010]`: what DNS servers and proxies parse in `/state`. */
export function formatRanges(ranges: readonly Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}

/** Whether two ranges have a number in common. */
export function overlap(ranges: readonly Range[]): boolean {
  const ordered = inOrder(ranges);
  return ordered.some((range, i) => i > 0 && range.begin <= ordered[i - 1]!.end);
}

function inOrder(ranges: readonly Range[]): Range[] {
  return ranges.toSorted((a, b) => (a.begin < b.begin ? -1 : a.begin > b.begin ? 1 : 0));
}
