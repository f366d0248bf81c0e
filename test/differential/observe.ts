import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Names, readFilter, readLink, readQdisc, readRoute, readSysctls } from "./normalise.ts";
import type { World } from "./world.ts";

/** What the kernel tells of a namespace, without what differs from one run to the next. */
export interface NamespaceView {
  readonly links: Readonly<Record<string, object>>;
  readonly routes: readonly string[];
  readonly qdiscs: readonly string[];
  readonly filters: readonly string[];
  /** By name, those that differ from what a new link of the namespace would get. */
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface Observation {
  readonly host: NamespaceView;
  readonly containers: Readonly<Record<string, NamespaceView>>;
  /** Everything below /var/lib/cni and /run/cni, by path. */
  readonly files: Readonly<Record<string, string>>;
}

interface Raw {
  readonly links: readonly RawLink[];
  readonly routes: readonly RawRoute[];
  readonly qdiscs: readonly RawQdisc[];
  readonly sysctls: string;
  readonly filters: readonly RawFilter[];
}

interface RawFilter {
  readonly dev: string;
  readonly text: string;
}

interface RawLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly link_index?: number;
  readonly master?: string;
  readonly flags: readonly string[];
}

interface RawRoute {
  readonly dev?: string;
}

interface RawQdisc {
  readonly kind: string;
  readonly dev: string;
}

export interface ObserveOptions {
  /** Hardware addresses that a configuration asks for; the kernel makes up all the others. */
  readonly macs?: ReadonlySet<string>;
  /** Every sysctl that interfaces have, and not only those that plugins are known to set: some hundred files for each namespace. */
  readonly hasAllSysctls?: boolean;
}

/** Those of interfaces that plugins are known to set. */
const SYSCTLS = ["accept_dad", "accept_ra", "arp_filter", "arp_notify", "disable_ipv6", "proxy_arp", "route_localnet"];
const LOOK = [
  "ip -json -details address",
  "ip -4 -json -details route show table all",
  "ip -6 -json -details route show table all",
  `cd /proc/sys/net; grep -s . ipv4/ip_forward ipv6/conf/all/forwarding core/somaxconn; grep -rs . "$@" ipv4/conf ipv6/conf || :`,
];

/** Looks at a whole world. */
export async function observe(
  world: World,
  { macs = new Set(), hasAllSysctls = false }: ObserveOptions = {},
): Promise<Observation> {
  const ids = world.containerIds;
  const [host, ...inside] = await Promise.all([
    look(world, world.host, [...LOOK, "tc -json qdisc"], hasAllSysctls),
    // only the host's ends of links get a qdisc
    ...ids.map((id) => look(world, world.pin(id), LOOK, hasAllSysctls)),
  ]);
  // the first of the list is the host's own
  const hostView = host!;
  const names = new Map<string, string>();
  for (const [index, { links }] of inside.entries()) {
    for (const { ifname, link_index } of links.filter((link) => !isNobodys(link))) {
      const end = hostView.links.find(({ ifindex }) => ifindex === link_index);
      if (end !== undefined && /^veth|^fl/.test(end.ifname)) names.set(end.ifname, `veth of ${ids[index]}/${ifname}`);
    }
  }
  const view = (raw: Raw) => toView(raw, { macs, links: names, ports: portsOf(raw) });
  return {
    host: view(hostView),
    containers: Object.fromEntries(inside.map((raw, index) => [ids[index], view(raw)])),
    files: files(world, macs),
  };
}

/** The built-in plugins delete links behind, and make some ahead: such are down, under names that mean nothing. */
function isNobodys({ ifname, flags }: RawLink): boolean {
  return /^gone\d+$|^spare/.test(ifname) && !flags.includes("UP");
}

function portsOf({ links }: Raw): ReadonlySet<string> {
  return new Set(links.filter(({ master }) => master !== undefined).map(({ ifname }) => ifname));
}

async function look(world: World, path: string, commands: readonly string[], hasAllSysctls: boolean): Promise<Raw> {
  const included = hasAllSysctls ? [] : SYSCTLS.map((name) => `--include=${name}`);
  const text = await world.runIn(path, "sh", "-c", commands.join("; echo '#'; "), "sh", ...included);
  const [links, routes4, routes6, sysctls, qdiscs] = text.split("#\n").map((part) => part || "[]");
  const parsed = { links: parse(links), qdiscs: parse(qdiscs), routes: [...parse(routes4), ...parse(routes6)] };
  const ingress = (parsed.qdiscs as RawQdisc[]).filter(({ kind }) => kind === "ingress").map(({ dev }) => dev);
  const filters = await Promise.all(
    ingress.map(async (dev) => ({
      dev,
      // it may have gone meanwhile
      text: await world.runIn(path, "sh", "-c", `tc filter show dev ${dev} ingress || :`),
    })),
  );
  // as iproute2 prints them
  return { ...parsed, sysctls, filters } as Raw;
}

function parse(text = "[]"): readonly unknown[] {
  return JSON.parse(text);
}

function toView(raw: Raw, names: Names): NamespaceView {
  const isThere = ({ dev }: { readonly dev?: string }) =>
    !raw.links.some((link) => link.ifname === dev && isNobodys(link));
  const links = raw.links.filter((link) => !isNobodys(link)).map((link) => readLink(link, names));
  return {
    links: Object.fromEntries(links.toSorted(([a], [b]) => a.localeCompare(b))),
    routes: raw.routes
      .filter(isThere)
      .flatMap((route) => readRoute(route, names))
      .toSorted(),
    qdiscs: raw.qdiscs
      .filter(isThere)
      .map((qdisc) => readQdisc(qdisc, names))
      .toSorted(),
    filters: raw.filters
      .filter(isThere)
      .map((filter) => readFilter(filter, names))
      .toSorted(),
    sysctls: readSysctls(raw.sysctls, names),
  };
}

function files({ directory }: World, macs: ReadonlySet<string>): Record<string, string> {
  const found: [string, string][] = [];
  for (const root of ["var-lib/cni", "run/cni"]) {
    for (const entry of readdirSync(join(directory, root), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, "utf8")
        .replaceAll(directory, "")
        .replace(MAC, (mac) => (macs.has(mac) ? mac : "mac"));
      found.push([relative(directory, path), text]);
    }
  }
  return Object.fromEntries(found.toSorted(([a], [b]) => a.localeCompare(b)));
}

const MAC = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g;
