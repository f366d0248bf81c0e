import { CniError } from "../errors.ts";
import { type Cidr, formatCidr, formatIp, type IpAddress, parseCidr, parseIp } from "../ip.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";

/**
 * Readers of the fields of a result: a value of the right kind, undefined when absent, else `CNI_RESULT_INVALID`.
 *
 * `null` and, where an empty text means nothing, `""` count as absent: Go programs write both for "not set".
 * `at` is the place for the message, such as `ips[0].address`.
 */
type Field = JsonValue | undefined;

export function readString(value: Field, at: string): string | undefined {
  if (isAbsent(value)) {
    return undefined;
  }
  if (typeof value !== "string" || hasControlCharacters(value)) {
    throw invalid(at, "is not plain text", value);
  }
  return value;
}

/** A text that becomes a word in resolv.conf: one with spaces or line ends would add directives of its own. */
export function readWord(value: Field, at: string): string | undefined {
  const text = readString(value, at);
  if (text !== undefined && /\s/.test(text)) {
    throw invalid(at, "is not a single word", value);
  }
  return text;
}

export function readUint(value: Field, at: string): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw invalid(at, "is not an unsigned number", value);
  }
  return value;
}

export function readCidr(value: Field, at: string): Cidr {
  const cidr = typeof value === "string" ? parseCidr(value) : undefined;
  if (!cidr) {
    throw invalid(at, "is not an address in CIDR notation", value);
  }
  return cidr;
}

export function readCidrText(value: Field, at: string): string {
  return formatCidr(readCidr(value, at));
}

export function readIp(value: Field, at: string): IpAddress | undefined {
  if (isAbsent(value)) {
    return undefined;
  }
  const ip = typeof value === "string" ? parseIp(value) : undefined;
  if (!ip) {
    throw invalid(at, "is not an IP address", value);
  }
  return ip;
}

export function readIpText(value: Field, at: string): string | undefined {
  const ip = readIp(value, at);
  return ip && formatIp(ip);
}

export function readObject(value: Field, at: string): JsonObject | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!isJsonObject(value)) {
    throw invalid(at, "is not an object", value);
  }
  return value;
}

export function readList<T>(value: Field, at: string, readItem: (item: JsonValue, at: string) => T): T[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw invalid(at, "is not a list", value);
  }
  return value.map((item, index) => readItem(item, `${at}[${index}]`));
}

export function readObjectList<T>(value: Field, at: string, readItem: (item: JsonObject, at: string) => T): T[] {
  return readList(value, at, (item, itemAt) => {
    if (!isJsonObject(item)) {
      throw invalid(itemAt, "is not an object", item);
    }
    return readItem(item, itemAt);
  });
}

export function invalid(at: string, problem: string, value: Field): CniError {
  const shown = JSON.stringify(value)?.slice(0, 100) ?? "absent";
  return new CniError("CNI_RESULT_INVALID", `${at} ${problem}: ${shown}`);
}

function isAbsent(value: Field): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

function hasControlCharacters(text: string): boolean {
  return /[\x00-\x1f\x7f]/.test(text);
}
