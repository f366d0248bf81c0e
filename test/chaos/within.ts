/** Far beyond what anything here takes on a loaded machine: only what never comes is given up. */
const PATIENCE_MS = 180_000;

/** Waits for `work`; rejects with `what` it was waited for when it does not come at all. */
export async function within<T>(what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
