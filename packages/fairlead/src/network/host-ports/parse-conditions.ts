import { type IpAddress, ifNameProblem, parseIp } from "@fairlead/cni";
import { invalidConfig } from "../plugin/plugin-error.ts";
import { ADDRESS_TYPES, type AddressType, type Condition } from "./condition.ts";
import { PROTOCOL_NUMBERS } from "./port-mapping.ts";
import { prefixMask } from "./prefix-mask.ts";

/**
 * Reads the words that the reference plugin puts into its iptables rule.
 *
 * Known are `-s`, `-d`, `-i`, `-o`, `-p` with their long forms, and of the modules `addrtype` (`--src-type`, `--dst-type`) and `mark` (`--mark`),
 * each with `!` before it. `address` is one address, alone, with a prefix length, or with a mask. Errors: code 7 for everything else, with the words.
 *
 * Source: iptables(8), "Parameters"; https://www.cni.dev/plugins/current/meta/portmap/, `conditionsV4`.
 */
export function parseConditions(words: readonly string[], family: 4 | 6): Condition[] {
  const conditions: Condition[] = [];
  const modules = new Set<string>();
  for (let next = 0; next < words.length; ) {
    const start = next;
    const refuse = () => {
      const shown = words.slice(start, next).join(" ");
      throw invalidConfig(`conditionsV${family}: '${shown}' is not supported; write it as a match that is`);
    };
    const isNegated = words[next] === "!";
    if (isNegated) next++;
    const option = words[next++];
    const value = words[next++];
    if (option === undefined || value === undefined) {
      next = words.length;
      return refuse();
    }
    if (MODULE_OPTIONS.has(option)) {
      if (isNegated || !MODULES.has(value)) return refuse();
      modules.add(value);
      continue;
    }
    const needed = MODULE_OF_OPTION.get(option);
    if (needed !== undefined && !modules.has(needed)) return refuse();
    const condition = parseCondition(option, value, family);
    if (condition === undefined) return refuse();
    conditions.push({ ...condition, isNegated });
  }
  return conditions;
}

const MODULE_OPTIONS = new Set(["-m", "--match"]);
const MODULES = new Set(["addrtype", "mark"]);
const MODULE_OF_OPTION = new Map([
  ["--src-type", "addrtype"],
  ["--dst-type", "addrtype"],
  ["--mark", "mark"],
]);

/** A condition without its negation; `Omit` would merge the kinds. */
type Match<C = Condition> = C extends Condition ? Omit<C, "isNegated"> : never;

function parseCondition(option: string, value: string, family: 4 | 6): Match | undefined {
  switch (option) {
    case "-s":
    case "--source":
    case "--src":
      return parseNetwork("source", value, family);
    case "-d":
    case "--destination":
    case "--dst":
      return parseNetwork("destination", value, family);
    case "-i":
    case "--in-interface":
      return parseInterface("inputInterface", value);
    case "-o":
    case "--out-interface":
      return parseInterface("outputInterface", value);
    case "-p":
    case "--protocol":
    case "--proto":
      return parseProtocol(value);
    case "--src-type":
      return parseAddressType("sourceType", value);
    case "--dst-type":
      return parseAddressType("destinationType", value);
    case "--mark":
      return parseMark(value);
    default:
      return undefined;
  }
}

function parseNetwork(match: "source" | "destination", text: string, family: 4 | 6): Match | undefined {
  const [addressText = "", maskText, ...rest] = text.split("/");
  const address = parseIp(addressText);
  if (address?.family !== family || rest.length > 0) return undefined;
  const mask = parseMask(maskText, address);
  return mask && { match, address, mask };
}

function parseMask(text: string | undefined, { family, bytes }: IpAddress): Uint8Array | undefined {
  const bits = bytes.length * 8;
  if (text === undefined) return prefixMask(bits, bytes.length);
  if (/^(0|[1-9][0-9]{0,2})$/.test(text)) {
    return Number(text) <= bits ? prefixMask(Number(text), bytes.length) : undefined;
  }
  const mask = parseIp(text);
  return mask?.family === family ? mask.bytes : undefined;
}

function parseInterface(match: "inputInterface" | "outputInterface", name: string): Match | undefined {
  const isName = ifNameProblem(name) === undefined && name !== "+";
  return isName ? { match, name } : undefined;
}

function parseProtocol(text: string): Match | undefined {
  const number = Object.entries(PROTOCOL_NUMBERS).find(([name]) => name === text.toLowerCase())?.[1];
  return number === undefined ? undefined : { match: "protocol", protocol: number };
}

function parseAddressType(match: "sourceType" | "destinationType", text: string): Match | undefined {
  const type = text.toUpperCase();
  return isAddressType(type) ? { match, type } : undefined;
}

function isAddressType(text: string): text is AddressType {
  return Object.hasOwn(ADDRESS_TYPES, text);
}

function parseMark(text: string): Match | undefined {
  const parts = /^(0x[0-9a-f]{1,8}|[0-9]{1,10})(?:\/(0x[0-9a-f]{1,8}|[0-9]{1,10}))?$/i.exec(text);
  if (parts === null) return undefined;
  const value = Number(parts[1]);
  const mask = Number(parts[2] ?? 0xffff_ffff);
  return value <= 0xffff_ffff && mask <= 0xffff_ffff ? { match: "mark", value, mask } : undefined;
}
