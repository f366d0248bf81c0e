import type { Message } from "@bufbuild/protobuf";

/** A copy to set fields of; what it holds is shared with the original, so that lists and messages in it are to be replaced, not changed. */
export function copyMessage<T extends Message>(message: T): T {
  // the prototype holds the defaults of unset fields
  return Object.assign(Object.create(Object.getPrototypeOf(message)) as T, message);
}
