import { failure } from "./plugin-error.ts";

const GROUPED = [/^[0-9a-f]{2}(:[0-9a-f]{2})+$/i, /^[0-9a-f]{2}(-[0-9a-f]{2})+$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4})+$/i];

/** Six bytes, and what stands between them. */
const ETHERNET_CHARACTERS = 17;

/**
 * Parses a hardware address of 6, 8 or 20 bytes with colons, hyphens or dots, as configurations may write it; undefined when it is none. The
 * outcome is written with colons, in lower case.
 */
export function parseHardwareAddress(text: string): string | undefined {
  if (!GROUPED.some((pattern) => pattern.test(text))) return undefined;
  const bytes = text.replaceAll(/[:.-]/g, "").toLowerCase().match(/../g) ?? [];
  return [6, 8, 20].includes(bytes.length) ? bytes.join(":") : undefined;
}

/** Whether Ethernet has addresses of this form: six bytes. */
export function isEthernetAddress(address: string): boolean {
  return address.length === ETHERNET_CHARACTERS;
}

/**
 * A hardware address from a configuration in the kernel's notation. Errors: code 999 for one that Ethernet does not have, the reference's words after
 * `problem`.
 */
export function requireEthernetAddress(text: string, problem: string): string {
  const address = parseHardwareAddress(text);
  if (address === undefined) throw failure(`${problem}: address ${text}: invalid MAC address`);
  if (!isEthernetAddress(address)) throw failure(`${problem}: invalid argument`);
  return address;
}
