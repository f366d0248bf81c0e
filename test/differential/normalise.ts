/** What of a namespace is the same in every run: names that are made up get the name of what they are for, and counters and timers are left out. */

export interface Names {
  /** Hardware addresses that are asked for. */
  readonly macs: ReadonlySet<string>;
  /** Names of links that are made up, to names that tell whose they are. */
  readonly links: ReadonlyMap<string, string>;
  /** Names of links that are ports of a bridge, as the kernel has them. */
  readonly ports: ReadonlySet<string>;
}

type Fields = Record<string, unknown>;

/** Not among them `txqlen`, which the reference plugins set to 0 where the kernel has 1000: it says nothing where no qdisc is, and none asks for it. */
const LINK_FIELDS = ["mtu", "qdisc", "group", "link_type", "promiscuity", "allmulti", "num_tx_queues", "num_rx_queues"];
const ADDRESS_FIELDS = [
  "family",
  "local",
  "address",
  "prefixlen",
  "broadcast",
  "scope",
  "tentative",
  "dadfailed",
  "deprecated",
  "valid_life_time",
];

/** One object of `ip -json -details address`, with the name that it gets. */
export function readLink(link: object, names: Names): [string, object] {
  const raw = link as Fields;
  const info = (raw.linkinfo ?? {}) as Fields;
  const name = linkName(raw.ifname, names);
  return [
    name,
    {
      ...pick(raw, LINK_FIELDS),
      ...(raw.master === undefined ? {} : { master: linkName(raw.master, names) }),
      // whether the carrier is there is noticed a while later
      flags: (raw.flags as string[]).filter((flag) => flag !== "NO-CARRIER").toSorted(),
      mac: names.macs.has(String(raw.address)) ? raw.address : "mac",
      kind: info.info_kind,
      data: stable(info.info_data),
      port: stable(info.info_slave_data),
      addresses: (raw.addr_info as Fields[])
        .filter(({ local }) => !isLinkLocal(local))
        .map((address) => JSON.stringify(pick(address, ADDRESS_FIELDS)))
        .toSorted(),
    },
  ];
}

/** One object of `ip -json -details route`; nothing where the kernel made it for itself. */
export function readRoute(route: object, names: Names): string[] {
  const { dst, dev, flags, ...rest } = route as Fields;
  if (isLinkLocal(dst) || /^ff00:|^multicast/.test(String(dst)) || rest.type === "anycast") return [];
  const shown = (flags as string[]).filter((flag) => flag !== "linkdown");
  return [JSON.stringify(sorted({ dst, dev: linkName(dev, names), flags: shown, ...rest }))];
}

/** One object of `tc -json qdisc`, without what links have that nobody gave a qdisc to. */
export function readQdisc(qdisc: object, names: Names): string {
  const { dev, ...rest } = qdisc as Fields;
  return JSON.stringify(sorted({ dev: linkName(dev, names), ...rest }));
}

/** What `tc filter` tells of a device: which packets go where. The reference plugin has each redirection twice; the second is never come to. */
export function readFilter({ dev, text }: { readonly dev: string; readonly text: string }, names: Names): string {
  const found = text.match(/protocol \w+|match \S+ at \d+|mirred \(.*?\)/g) ?? [];
  return `${linkName(dev, names)}: ${[...new Set(found)].join(", ")}`;
}

/** What `grep` tells of /proc/sys/net: values of links that differ from those of `default`. */
export function readSysctls(text: string, names: Names): Record<string, string> {
  const entries = text
    .split("\n")
    .filter(Boolean)
    .map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1)];
    });
  const defaults = new Map(entries);
  const shown = entries
    .filter(
      ([key, value]) =>
        value !== defaults.get(key.replace(/\/conf\/[^/]+\//, "/conf/default/")) || !key.includes("/conf/"),
    )
    .filter(([key]) => !isDeliberate(key, names))
    // those that follow the link's own MTU, or are of links that are nobody's
    .filter(([key]) => !/\/mtu$|\/conf\/(?:gone\d+|spare\w+)\//.test(key))
    .map(([key, value]): [string, string] => [
      key.replace(/(?<=\/conf\/)[^/]+/, (link) => linkName(link, names)),
      value,
    ]);
  return Object.fromEntries(shown.toSorted(([a], [b]) => a.localeCompare(b)));
}

/** Where the built-in plugins mean to differ. */
function isDeliberate(key: string, { ports }: Names): boolean {
  const [, link, name] = /^ipv6\/conf\/([^/]+)\/(.+)$/.exec(key) ?? [];
  // a link makes itself an IPv6 address only where its network has IPv6
  if (name === "addr_gen_mode") return true;
  // no router advertisement is taken for the port's own: the bridge gets it
  return name === "accept_ra" && ports.has(String(link));
}

function linkName(name: unknown, { links }: Names): string {
  return links.get(String(name)) ?? String(name).replace(/^veth[0-9a-f]{8}$/, "veth?");
}

function isLinkLocal(address: unknown): boolean {
  return /^fe80:/.test(String(address));
}

/** Details of a kind of link: what identifies bridge and port, and what the bridge does at the moment, differs. */
function stable(details: unknown): Fields {
  const entries = Object.entries((details ?? {}) as Fields);
  return Object.fromEntries(
    entries.filter(([key]) => !/_id$|_timer$|^topology|^root_p|^designated|^(?:id|no|state)$/.test(key)),
  );
}

function pick(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]));
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => a.localeCompare(b)));
}
