/** What of a network an address is given to. */
export interface LeaseOwner {
  readonly containerId: string;
  readonly ifName: string;
}

const SEPARATOR = "\r\n";

/** The content of a lease, as the reference plugin writes it. */
export function formatLease({ containerId, ifName }: LeaseOwner): string {
  return `${containerId}${SEPARATOR}${ifName}`;
}

/** The content of a lease of old versions of the reference plugin: one without an interface. */
export function formatOldLease({ containerId }: LeaseOwner): string {
  return containerId;
}

/** Who a lease is of; without `ifName` where it is an old one. Undefined for one that its writer died over: then it is nobody's. */
export function parseLease(text: string): { readonly containerId: string; readonly ifName?: string } | undefined {
  if (isBlank(text)) return undefined;
  const [containerId = "", ifName] = text.split(SEPARATOR);
  return ifName === undefined ? { containerId } : { containerId, ifName };
}

/** Whether nothing was written to a file, or nothing of it came to the disk before the machine went down: some file systems give NULs then. */
export function isBlank(text: string): boolean {
  return /^[\s\0]*$/.test(text);
}
