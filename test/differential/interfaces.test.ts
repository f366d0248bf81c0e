import type { JsonObject } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { hostLocal, network, single, V4, V6 } from "./networks.ts";
import { OUTSIDE, UPLINK } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

const ptp = (more: JsonObject, ...subnets: readonly string[]) =>
  network({ type: "ptp", ...more, ipam: hostLocal(...subnets) });
/** Containers beside the host, on its wire. */
const macvlan = (more: JsonObject, subnet = "192.0.2.0/24") =>
  network({
    type: "macvlan",
    master: UPLINK,
    ...more,
    ipam: {
      type: "host-local",
      ranges: [
        [
          subnet.includes(":")
            ? { subnet, gateway: OUTSIDE.ip6 }
            : { subnet, rangeStart: "192.0.2.100", gateway: OUTSIDE.ip },
        ],
      ],
    },
  });
const mac = (containerId: string) => `0a:58:0a:3d:00:0${containerId.slice(1)}`;

compareAll("ptp, macvlan, loopback", {
  "ptp, v4": { config: ptp({}, V4) },
  "ptp, v6": { config: ptp({}, V6) },
  "ptp, dual stack, of version 0.4.0": { config: { ...ptp({}, V4, V6), cniVersion: "0.4.0" } },
  "ptp, ipMasq, dual stack": { config: ptp({ ipMasq: true }, V4, V6) },
  "ptp, mtu, DNS": { config: ptp({ mtu: 1400, dns: { nameservers: ["192.0.2.53"], search: ["example.com"] } }, V4) },
  "ptp, two sets": {
    config: network({
      type: "ptp",
      ipam: {
        type: "host-local",
        routes: [{ dst: "0.0.0.0/0" }],
        ranges: [[{ subnet: V4 }], [{ subnet: "10.62.0.0/24" }]],
      },
    }),
  },
  "ptp of version 0.2.0": { config: single("0.2.0", { type: "ptp", ipam: hostLocal(V4) }) },
  macvlan: { config: macvlan({}) },
  "macvlan of version 0.3.1": { config: { ...macvlan({}), cniVersion: "0.3.1" } },
  "macvlan, v6": { config: macvlan({}, "2001:db8::/64") },
  "macvlan, mode private": { config: macvlan({ mode: "private" }) },
  "macvlan, mode vepa": { config: macvlan({ mode: "vepa" }) },
  "macvlan, mtu": { config: macvlan({ mtu: 1400 }) },
  "macvlan, mac": {
    config: macvlan({ capabilities: { mac: true } }),
    capabilityArgs: (containerId) => ({ mac: mac(containerId) }),
  },
  "macvlan, the master of the default route": {
    config: macvlan({ master: "" }),
    prepare: "ip route add default via 192.0.2.20",
  },
  "macvlan, no IPAM": { config: network({ type: "macvlan", master: UPLINK, ipam: {} }) },
  loopback: { config: network({ type: "loopback" }), ifName: "lo" },
});
