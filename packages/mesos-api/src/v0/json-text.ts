/**
 * Pieces of JSON text. The documents of the old endpoints are put together from texts, not from values: the text of a task is made once and
 * copied from then on.
 */

/** A member of an object: its name and its value as JSON text; undefined is left out. */
export type Member = readonly [name: string, text: string | undefined];

/** Members without the braces around them, for objects that are put together from several parts. */
export function jsonMembers(members: Iterable<Member>): string {
  let text = "";
  for (const [name, value] of members) {
    if (value === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${value}`;
  }
  return text;
}

export function jsonObject(members: Iterable<Member>): string {
  return `{${jsonMembers(members)}}`;
}

export function jsonArray<T>(items: Iterable<T>, write: (item: T) => string): string {
  return `[${Array.from(items, write).join(",")}]`;
}

export function jsonString(value: string): string {
  return JSON.stringify(value);
}

/** A double as Mesos writes it: whole ones with a decimal, and as text what JSON has no digits for (`"Infinity"`). */
export function jsonDouble(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/**
 * `write`, remembered for each object that it was asked for.
 *
 * Right only for objects that never change, as the messages in entities. The text lives as long as the object.
 */
export function remembered<T extends object>(write: (value: T) => string): (value: T) => string {
  const texts = new WeakMap<T, string>();
  return (value) => {
    let text = texts.get(value);
    if (text === undefined) {
      text = flat(write(value));
      texts.set(value, text);
    }
    return text;
  };
}

/** The same text in one piece: V8 keeps what was put together as a tree, and copying from it costs ten times as much. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
