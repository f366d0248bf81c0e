import type { JsonObject } from "@fairlead/cni";
import { type Drivers, run } from "./builtin-drivers.ts";

// What `ip -d -j` prints; fields are looked at one by one, and only where they are there.
// biome-ignore lint/suspicious/noExplicitAny: the JSON of another program
type IpJson = any;

const DETAILS = ["ip", "-d", "-j"] as const;
const SETTINGS = ["ipv4/conf/eth0/arp_notify", "ipv6/conf/eth0/accept_dad", "ipv6/conf/eth0/disable_ipv6"];

/**
 * What an attachment looks like, from inside and on the host. MAC addresses, random names and numbers of links are replaced by the order in which
 * they come, so that one which stands in the result must be that of the link. Left out is what the kernel makes up itself: link-local IPv6.
 */
export function observeAttachment(drivers: Drivers, containerId: string, result: JsonObject): unknown {
  const json = (...argv: readonly string[]): IpJson => JSON.parse(run("sh", "-c", `${argv.join(" ")} || true`) || "[]");
  const inside = (...argv: readonly string[]): IpJson =>
    json("nsenter", `--net=${drivers.netns(containerId)}`, ...argv);
  const setting = (path: string) => drivers.inside(containerId, "cat", `/proc/sys/net/${path}`).trim();
  // the kernel takes notice of carriers in its own time, or when somebody looks at the link; a listing does not count
  drivers.inside(containerId, "sh", "-c", "ip link show dev eth0 || true");
  const insideAddresses: IpJson[] = inside(...DETAILS, "addr");
  const seen = {
    result,
    links: insideAddresses.map(link),
    addresses: insideAddresses.map(addresses),
    routes: [...inside("ip", "-j", "route"), ...inside("ip", "-j", "-6", "route")].filter(isOurs).map(route),
    // where no IPv6 is asked for, ours has none of its own making
    settings: Object.fromEntries(
      SETTINGS.filter((path) => path.startsWith("ipv4") || hasIpv6(insideAddresses)).map((path) => [
        path,
        setting(path),
      ]),
    ),
    host: {
      links: json(...DETAILS, "link").map(link),
      addresses: json(...DETAILS, "addr").map(addresses),
      routes: [...json("ip", "-j", "route"), ...json("ip", "-j", "-6", "route")].filter(isOurs).map(route),
      forwarding: ["ipv4/ip_forward", "ipv6/conf/all/forwarding"].map((path) =>
        run("cat", `/proc/sys/net/${path}`).trim(),
      ),
    },
    leases: drivers.leases().toSorted(),
  };
  return normalise(JSON.stringify(seen).replaceAll(drivers.directory, "DIR"));
}

function hasIpv6(links: readonly IpJson[]): boolean {
  return links.some(
    ({ ifname, addr_info }) =>
      ifname !== "lo" && addr_info.some(({ family, scope }: IpJson) => family === "inet6" && scope === "global"),
  );
}

function link({ ifname, mtu, operstate, master, flags, address, linkinfo }: IpJson) {
  const { info_kind: kind, info_data: data, info_slave_data: port } = linkinfo ?? {};
  return {
    ifname,
    mtu,
    operstate,
    master,
    flags: flags.toSorted(),
    address,
    kind,
    mode: data?.mode,
    port: port && { hairpin: port.hairpin, isolated: port.isolated, state: port.state },
  };
}

function addresses({ ifname, addr_info: list }: IpJson) {
  return {
    ifname,
    list: list
      .filter(({ scope }: IpJson) => scope !== "link")
      .map(({ family, local, prefixlen, broadcast, scope, label, tentative }: IpJson) => {
        return { family, local, prefixlen, broadcast, scope, label, tentative };
      }),
  };
}

function isOurs({ dst }: IpJson): boolean {
  return !/^(fe80|ff00)/.test(dst);
}

function route({ dst, gateway, dev, protocol, scope, prefsrc, metric }: IpJson) {
  return { dst, gateway, dev, protocol, scope, prefsrc, metric };
}

function normalise(text: string): unknown {
  const names = new Map<string, string>();
  const number = (kind: string) => (found: string) => {
    const known = names.get(found) ?? `${kind}-${names.size}`;
    names.set(found, known);
    return known;
  };
  return JSON.parse(
    text.replaceAll(/veth[0-9a-f]{8}/g, number("veth")).replaceAll(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, number("mac")),
  );
}
