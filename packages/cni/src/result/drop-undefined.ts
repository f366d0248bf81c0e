/** A copy without the keys that hold undefined, so that results compare and print as they read. */
export function dropUndefined<T extends object>(value: T): T {
  // Object.fromEntries forgets the type; keys are only taken away where their value was undefined
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
