import { isJsonObject, type JsonObject, type JsonValue } from "@fairlead/cni";
import { failure } from "./plugin-error.ts";

/**
 * Reads the keys of a configuration as the reference plugins do: what is absent or null has the value that means nothing, what is of another kind
 * is refused, and where no key fits exactly, one that differs in upper and lower case only does.
 *
 * Errors: code 999, in the words of the reference.
 */
export class NetconfReader {
  readonly #object: JsonObject;
  readonly #path: string;
  #folded: Map<string, JsonValue | undefined> | undefined;

  /** `path` is what errors call the object: the reference's name of its structure. */
  constructor(object: JsonObject, path: string) {
    this.#object = object;
    this.#path = path;
  }

  text(name: string): string {
    const value = this.#value(name);
    if (value === undefined) return "";
    return typeof value === "string" ? value : this.#refuse(name, value, "string");
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    if (value === undefined) return false;
    return typeof value === "boolean" ? value : this.#refuse(name, value, "bool");
  }

  /** 0 where it is absent; see {@link has}. */
  integer(name: string): number {
    const value = this.#value(name);
    if (value === undefined) return 0;
    return Number.isSafeInteger(value) ? Number(value) : this.#refuse(name, value, "int");
  }

  texts(name: string): string[] {
    return this.#list(name, "[]string").map((value) => {
      return typeof value === "string" ? value : this.#refuse(name, value, "string");
    });
  }

  objects(name: string): NetconfReader[] {
    return this.#list(name, "[]object").map((value) => {
      return isJsonObject(value) ? this.#child(name, value) : this.#refuse(name, value, "object");
    });
  }

  /** A list of lists. */
  objectLists(name: string): NetconfReader[][] {
    return this.#list(name, "[][]object").map((list) => {
      if (!Array.isArray(list)) return this.#refuse(name, list, "[]object");
      return list.map((value) =>
        isJsonObject(value) ? this.#child(name, value) : this.#refuse(name, value, "object"),
      );
    });
  }

  /** An empty one where it is absent. */
  object(name: string): NetconfReader {
    const value = this.#value(name);
    if (value === undefined) return this.#child(name, {});
    return isJsonObject(value) ? this.#child(name, value) : this.#refuse(name, value, "object");
  }

  /** As it stands there. */
  value(name: string): JsonValue | undefined {
    return this.#value(name);
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  #list(name: string, kind: string): JsonValue[] {
    const value = this.#value(name);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : this.#refuse(name, value, kind);
  }

  #child(name: string, object: JsonObject): NetconfReader {
    return new NetconfReader(object, `${this.#path}.${name}`);
  }

  #value(name: string): Exclude<JsonValue, null> | undefined {
    if (Object.hasOwn(this.#object, name) && this.#object[name] !== undefined) return this.#object[name] ?? undefined;
    this.#folded ??= new Map(Object.entries(this.#object).map(([key, value]) => [key.toLowerCase(), value]));
    return this.#folded.get(name.toLowerCase()) ?? undefined;
  }

  #refuse(name: string, value: JsonValue, kind: string): never {
    const what = `${jsonKind(value)} into Go struct field ${this.#path}.${name} of type ${kind}`;
    throw failure(`failed to load netconf: json: cannot unmarshal ${what}`);
  }
}

function jsonKind(value: JsonValue): string {
  if (typeof value === "number") return Number.isSafeInteger(value) ? "number" : `number ${value}`;
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "array" : "object";
}
