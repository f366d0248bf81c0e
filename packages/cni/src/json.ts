import { MAX_JSON_DEPTH } from "./limits.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object as parsed; an absent key reads as undefined. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses UTF-8 JSON text that must be an object.
 *
 * Throws a SyntaxError when it is not valid UTF-8, not JSON, nested deeper than {@link MAX_JSON_DEPTH}, or no object.
 */
export function parseJsonObject(input: Uint8Array | string): JsonObject {
  const text = typeof input === "string" ? input : decodeUtf8(input);
  if (nestsDeeperThan(MAX_JSON_DEPTH, text)) {
    throw new SyntaxError(`JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) {
    throw new SyntaxError("not a JSON object");
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SyntaxError("not valid UTF-8", { cause });
  }
}

function nestsDeeperThan(limit: number, text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") {
        i++;
      } else if (char === '"') {
        inString = false;
      }
    } else if (char === '"') {
      inString = true;
    } else if (char === "{" || char === "[") {
      depth++;
      if (depth > limit) {
        return true;
      }
    } else if (char === "}" || char === "]") {
      depth--;
    }
  }
  return false;
}
