import { isIP, isIPv4, isIPv6 } from "node:net";
import { isAbsolute, resolve } from "node:path";
import { formatDuration, parseDuration } from "@fairlead/mesos-api";
import { errorText } from "../../base/errors.ts";
import { parseBytes } from "./bytes.ts";
import { refusal } from "./refusal.ts";

/**
 * What the value of a flag is: its word in help and docs, and how its text is read.
 *
 * `parse` throws an Error whose message ends in what to give instead; the flag's name is added by the caller.
 */
export interface Kind<T> {
  readonly word: string;
  readonly parse: (text: string) => T;
  /** What `file:///path` stands for: the content of that file (Mesos's convention), or the path itself. */
  readonly file: "content" | "path";
}

/** A kind that is checked by `parse`, with the text told apart from the remedy. */
export function kindOf<T>(word: string, parse: (text: string) => T, file: Kind<T>["file"] = "content"): Kind<T> {
  return { word, parse, file };
}

export const text: Kind<string> = kindOf("text", (value) => {
  if (value === "") {
    throw refusal("it is empty", "a text");
  }
  return value;
});

export const boolean: Kind<boolean> = kindOf("boolean", (value) => {
  const word = value.toLowerCase();
  if (word === "true" || word === "1") {
    return true;
  }
  if (word === "false" || word === "0") {
    return false;
  }
  throw refusal(`'${value}' is neither true nor false`, "true or false");
});

/** A whole number between `min` and `max`, both included. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  const remedy =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min} on` : `a whole number from ${min} to ${max}`;
  return kindOf("integer", (value) => {
    const number = /^[+-]?[0-9]+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw refusal(`'${value}' is no such number`, remedy);
    }
    return number;
  });
}

/** A number between `min` and `max`, both included. */
export function number(min: number, max: number): Kind<number> {
  return kindOf("number", (value) => {
    const parsed = /^[0-9.]+$/.test(value) ? Number(value) : Number.NaN;
    if (!(parsed >= min && parsed <= max)) {
      throw refusal(`'${value}' is no such number`, `a number from ${min} to ${max}`);
    }
    return parsed;
  });
}

export const port: Kind<number> = { ...integer(0, 65535), word: "port" };

export const ipv4: Kind<string> = kindOf("IPv4 address", (value) => {
  if (!isIPv4(value)) {
    throw refusal(`'${value}' is not an IPv4 address`, "one such as 192.0.2.1, or 0.0.0.0 for all addresses");
  }
  return value;
});

export const ip: Kind<string> = kindOf("IP address", (value) => {
  if (isIP(value) === 0) {
    throw refusal(`'${value}' is not an IP address`, "one such as 192.0.2.1");
  }
  return value;
});

export const ipv6: Kind<string> = kindOf("IPv6 address", (value) => {
  if (!isIPv6(value)) {
    throw refusal(`'${value}' is not an IPv6 address`, "one such as 2001:db8::1");
  }
  return value;
});

/** A path, made absolute against the current directory. */
export const path: Kind<string> = kindOf(
  "path",
  (value) => {
    if (value === "" || value.includes("\0")) {
      throw refusal("it is no path", "the path of a file or directory");
    }
    return resolve(value);
  },
  "path",
);

/** Absolute directories that are searched in order, separated by colons; kept as it is written. */
export const searchPath: Kind<string> = kindOf(
  "paths",
  (value) => {
    const directories = value.split(":").filter((directory) => directory !== "");
    const relative = directories.find((directory) => !isAbsolute(directory));
    if (directories.length === 0 || relative !== undefined) {
      throw refusal(`'${relative ?? value}' is no absolute path`, "absolute directories, separated by colons");
    }
    return value;
  },
  "path",
);

/** Milliseconds, from Mesos's duration text. */
export function duration(minMs: number, maxMs: number = Number.POSITIVE_INFINITY): Kind<number> {
  const range =
    maxMs === Number.POSITIVE_INFINITY
      ? `from ${formatDuration(minMs)} on`
      : `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return kindOf("duration", (value) => {
    const remedy = `a duration ${range}, such as 500ms, 15secs, 10mins or 1hrs`;
    let ms: number;
    try {
      ms = parseDuration(value);
    } catch (error) {
      throw refusal(errorText(error), remedy);
    }
    if (!(ms >= minMs && ms <= maxMs)) {
      throw refusal(`${value} is out of range`, remedy);
    }
    return ms;
  });
}

/** Bytes, from Mesos's text such as `16MB`; units are powers of 1024. */
export function bytes(min: number, max: number): Kind<number> {
  return kindOf("bytes", (value) => parseBytes(value, min, max));
}

/** One of some words. */
export function choice<const Words extends readonly string[]>(...words: Words): Kind<Words[number]> {
  return kindOf(words.join(" or "), (value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) {
      throw refusal(`'${value}' is not known`, `one of: ${words.join(", ")}`);
    }
    return word;
  });
}

/** Texts separated by commas; spaces around them and empty ones are left out. */
export const list: Kind<readonly string[]> = kindOf("list", (value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** JSON, turned into a value by `read`, which throws an Error with what is wrong. */
export function json<T>(read: (value: unknown) => T): Kind<T> {
  return kindOf("JSON", (value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch (error) {
      throw refusal(`it is not JSON (${errorText(error)})`, "JSON, or file:///path of a file that holds it");
    }
    return read(parsed);
  });
}
