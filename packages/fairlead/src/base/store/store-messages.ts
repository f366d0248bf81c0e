import type { ErrorCode, FairleadError } from "../errors.ts";
import type { StoreWrite } from "./store.ts";

/** What the thread of a store is started with. */
export interface StoreThreadData {
  readonly path: string;
  readonly stamp: string;
}

export type StoreRequest =
  | { readonly kind: "apply"; readonly id: number; readonly writes: readonly StoreWrite[] }
  | { readonly kind: "list"; readonly id: number; readonly bucket: string }
  | { readonly kind: "close"; readonly id: number };

/** An error that crosses threads: the class does not survive the copy. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type StoreAnswer =
  | { readonly kind: "open"; readonly damaged: string | undefined; readonly error: ErrorMessage | undefined }
  | { readonly kind: "done"; readonly id: number; readonly error: ErrorMessage | undefined }
  | { readonly kind: "listed"; readonly id: number; readonly entries: readonly StoreEntry[] };

export interface StoreEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

export function toErrorMessage(error: FairleadError): ErrorMessage {
  return { code: error.code, message: error.message, data: error.data };
}
