/** Shuffles in place (Fisher-Yates); `random` is uniform in [0, 1). */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    // Both indexes lie within the array.
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
