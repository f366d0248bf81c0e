/** The network part of a status, as v0 JSON and v1 messages have it in common. */
export interface NetworkInfoLike {
  readonly name?: string | undefined;
  readonly ipAddresses: readonly string[];
}

/** `blue 10.1.0.7, green 10.2.0.3 fd00::3`; an entry without a name is the agent's own network. */
export function formatAddresses(infos: readonly NetworkInfoLike[]): string {
  return infos
    .filter(({ ipAddresses }) => ipAddresses.length > 0)
    .map(({ name, ipAddresses }) => [...(name ? [name] : []), ...ipAddresses].join(" "))
    .join(", ");
}
