const GROUPED = [/^[0-9a-f]{2}(:[0-9a-f]{2})+$/i, /^[0-9a-f]{2}(-[0-9a-f]{2})+$/i, /^[0-9a-f]{4}(\.[0-9a-f]{4})+$/i];

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
  return address.length === 17;
}
