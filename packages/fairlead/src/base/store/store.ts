/** One change of a batch: `value` undefined deletes. */
export interface StoreWrite {
  readonly bucket: string;
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/**
 * Durable key-value state in named buckets: the agent's checkpoint, the master's registry.
 *
 * Keys are text, values bytes. Concurrent calls are allowed; writes are applied in the order of the calls.
 */
export interface Store {
  /** All entries of a bucket, ordered by key. Errors: STORE_FAILED. */
  list(bucket: string): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]>;
  /**
   * Applies `writes` as one transaction and resolves when they are on disk: what is acknowledged to others must wait for it.
   * Calls that wait at the same time share one sync. Errors: STORE_FAILED (a full disk: nothing of the batch is stored).
   */
  apply(writes: readonly StoreWrite[]): Promise<void>;
  /** Waits for what was asked before, then releases the files. */
  close(): Promise<void>;
}
