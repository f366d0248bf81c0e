import { MesosApiError } from "../errors.ts";
import { MAX_DEPTH, MAX_VALUES } from "./limits.ts";

/**
 * Parses JSON; integers that a double cannot hold become bigints, with all their digits.
 *
 * Throws JSON_INVALID where it is no JSON, nested deeper than {@link MAX_DEPTH}, or holds more than {@link MAX_VALUES} objects and arrays.
 */
export function parseJsonText(text: string): unknown {
  const { tooDeep, tooMany, longNumbers } = survey(text);
  if (tooDeep) {
    throw new JsonDecodeError("JSON_INVALID", `nested deeper than ${MAX_DEPTH} levels`);
  }
  if (tooMany) {
    throw new JsonDecodeError("JSON_INVALID", `more than ${MAX_VALUES} objects and arrays`);
  }
  try {
    // a reviver makes parsing several times slower
    return longNumbers ? JSON.parse(text, reviveLongInteger) : JSON.parse(text);
  } catch (error) {
    throw new JsonDecodeError("JSON_INVALID", error instanceof Error ? error.message : String(error));
  }
}

/** A text that is no JSON, or a JSON value that is not the message; the message holds Mesos's words. */
export class JsonDecodeError extends MesosApiError {
  override readonly name = "JsonDecodeError";

  constructor(code: "JSON_INVALID" | "MESSAGE_INVALID", message: string) {
    super(code, message);
  }
}

function reviveLongInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !/^-?[0-9]+$/.test(context?.source ?? "")) {
    return value;
  }
  return BigInt(context?.source ?? "");
}

/** Every integer of at most 15 digits fits a double. */
const SAFE_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

/** What has to be known before parsing; whether the text is JSON is for the parser to say. */
function survey(text: string): { tooDeep: boolean; tooMany: boolean; longNumbers: boolean } {
  let depth = 0;
  let values = 0;
  let digits = 0;
  let longNumbers = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      digits++;
      longNumbers ||= digits > SAFE_DIGITS;
      continue;
    }
    digits = 0;
    if (code === QUOTE) {
      i = endOfString(text, i + 1);
    } else if (code === 0x5b || code === 0x7b) {
      depth++;
      values++;
      if (depth > MAX_DEPTH || values > MAX_VALUES) {
        return { tooDeep: depth > MAX_DEPTH, tooMany: values > MAX_VALUES, longNumbers };
      }
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return { tooDeep: false, tooMany: false, longNumbers };
}

/** Index of the quote that ends a string; the length of the text where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end;
    }
  }
  return text.length;
}
