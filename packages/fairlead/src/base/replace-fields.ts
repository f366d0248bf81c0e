import type { Message } from "@bufbuild/protobuf";

/**
 * A copy of `message` with some fields replaced; `undefined` unsets a field. Fields that stay are shared, not copied: messages in entities are
 * immutable. (A spread would lose the prototype, which holds the defaults of unset fields.)
 */
export function replaceFields<T extends Message>(message: T, changes: Partial<Omit<T, "$typeName" | "$unknown">>): T {
  const copy: T = Object.assign(Object.create(Object.getPrototypeOf(message)), message);
  for (const key of Object.keys(changes) as (keyof typeof changes & keyof T)[]) {
    if (changes[key] === undefined) delete copy[key];
    // The key comes from `changes`, so that its value has the type of the field.
    else copy[key] = changes[key] as T[typeof key];
  }
  return copy;
}
