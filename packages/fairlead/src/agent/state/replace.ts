import type { Message } from "@bufbuild/protobuf";

/**
 * A copy of `message` with some fields replaced. Fields that stay are shared, not copied: messages in entities are immutable.
 * (A spread would lose the prototype, which holds the defaults of unset fields.)
 */
export function replaceFields<T extends Message>(message: T, changes: Partial<Omit<T, "$typeName" | "$unknown">>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, changes);
}
