import type { NetlinkErrorCode, NetlinkErrorFields } from "../errors.ts";
import type { LinkEvent } from "./link-event.ts";

/** What the thread of a watch starts with. */
export interface ThreadStart {
  /** The eventfd that ends it. */
  readonly wakeUpFd: number;
  /** Of the {@link Credit}. */
  readonly shared: SharedArrayBuffer;
  readonly receiveBufferBytes: number;
}

/** What it tells. */
export type FromThread =
  | { readonly kind: "events"; readonly events: readonly LinkEvent[] }
  /** An error that crosses threads: the class does not survive the copy. */
  | {
      readonly kind: "failed";
      readonly code: NetlinkErrorCode;
      readonly message: string;
      readonly fields: NetlinkErrorFields;
    };
