/** A set as Mesos prints it in error texts: `{ a, b }`. */
export function setText(items: Iterable<string>): string {
  return `{ ${[...new Set(items)].sort().join(", ")} }`;
}
