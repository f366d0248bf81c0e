/** An address: 4 or 16 bytes, network order. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
}

/** An address with the length of its network prefix in bits; the host part is kept. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

/**
 * Parses the text of an IPv4 or IPv6 address; undefined when it is none.
 *
 * IPv4 takes four decimal numbers without leading zeros. IPv6 takes the forms of RFC 4291, section 2.2, without zone.
 * IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) are refused: written either way they would name one address twice.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const bytes = parseV4(text);
    return bytes && { family: 4, bytes: Uint8Array.from(bytes) };
  }
  const bytes = parseV6(text);
  return bytes && !isV4Mapped(bytes) ? { family: 6, bytes } : undefined;
}

/** Parses `address/prefix length`; undefined when it is none. Addresses as for {@link parseIp}. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(text.slice(slash + 1))) {
    return undefined;
  }
  const address = parseIp(text.slice(0, slash));
  const prefixLength = Number(text.slice(slash + 1));
  if (!address || prefixLength > address.bytes.length * 8) {
    return undefined;
  }
  return { address, prefixLength };
}

/** The canonical text: dotted decimal, or RFC 5952 for IPv6. */
export function formatIp({ family, bytes }: IpAddress): string {
  if (family === 4) {
    return bytes.join(".");
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const zeros = longestZeroRun(groups);
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (zeros.length < 2) {
    return hex(groups);
  }
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`;
}

export function formatCidr({ address, prefixLength }: Cidr): string {
  return `${formatIp(address)}/${prefixLength}`;
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) {
    return undefined;
  }
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) {
    return undefined;
  }
  const head = parseV6Groups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseV6Groups(halves[1] ?? "", true) : [];
  if (!head || !tail) {
    return undefined;
  }
  const length = head.length + tail.length;
  // "::" stands for one group of zeros at least
  if (halves.length === 1 ? length !== 16 : length > 14) {
    return undefined;
  }
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

function parseV6Groups(text: string, v4TailAllowed: boolean): number[] | undefined {
  const bytes: number[] = [];
  if (text === "") {
    return bytes;
  }
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (v4TailAllowed && i === groups.length - 1 && group.includes(".")) {
      const v4 = parseV4(group);
      if (!v4) {
        return undefined;
      }
      bytes.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

function isV4Mapped(bytes: Uint8Array): boolean {
  return bytes.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff));
}

function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) {
      start = i + 1;
    } else if (i + 1 - start > best.length) {
      best = { start, length: i + 1 - start };
    }
  }
  return best;
}
