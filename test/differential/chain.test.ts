import type { JsonObject } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";
import { type Scenario, withoutTuningOfC2 } from "./scenario.ts";
import { HOST } from "./world.ts";

inHostLikeNamespaces(import.meta.filename);

/** Looks for the rules of each family among those of the other, too. */
const PORTMAP_CHECK = /could not check ipv[46] dnat/;
const BOTH = [V4, V6];
const on = (subnets: readonly string[], ...plugins: readonly JsonObject[]) =>
  network({ ...BRIDGE, ipMasq: true, hairpinMode: true, ipam: hostLocal(...subnets) }, ...plugins);
const portmap = (more: JsonObject, subnets: readonly string[] = BOTH): Scenario => ({
  config: on(subnets, { type: "portmap", capabilities: { portMappings: true }, ...more }),
  capabilityArgs: ports,
  referenceCheckFails: PORTMAP_CHECK,
});
/** As Docker and many firewalls have it: what nobody accepts is not forwarded. */
const DROP = "iptables -P FORWARD DROP; ip6tables -P FORWARD DROP";
const MARK_CHAIN = ["iptables", "ip6tables"]
  .flatMap((iptables) => [
    `${iptables} -t nat -N MARK-MASQ`,
    `${iptables} -t nat -A MARK-MASQ -j MARK --set-xmark 0x4000/0x4000`,
    `${iptables} -t nat -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE`,
  ])
  .join("; ");
const BANDWIDTH = { ingressRate: 80_000_000, ingressBurst: 8_000_000, egressRate: 40_000_000, egressBurst: 4_000_000 };

compareAll("chains", {
  portmap: portmap({}),
  "portmap, v6": portmap({}, [V6]),
  "portmap without snat": portmap({ snat: false }),
  "portmap, conditions": portmap({ conditionsV4: ["-s", "192.0.2.0/24"], conditionsV6: ["!", "-s", "2001:db8::/64"] }),
  "portmap, markMasqBit": portmap({ markMasqBit: 7 }),
  // the built-in needs no mark, and has no use for a chain of iptables
  "portmap, externalSetMarkChain": {
    ...portmap({ externalSetMarkChain: "MARK-MASQ" }),
    prepare: MARK_CHAIN,
  },
  "portmap, host addresses": {
    ...portmap({}),
    capabilityArgs: (id) => ({
      portMappings:
        id === "c1"
          ? [
              { hostPort: 31_000, containerPort: 8080, protocol: "tcp", hostIP: HOST.ip },
              { hostPort: 31_001, containerPort: 8080, protocol: "tcp", hostIP: HOST.ip6 },
              { hostPort: 31_002, containerPort: 8080, protocol: "tcp", hostIP: "127.0.0.1" },
              { hostPort: 31_003, containerPort: 8080, protocol: "tcp", hostIP: "0.0.0.0" },
              { hostPort: 31_004, containerPort: 8080, protocol: "tcp", hostIP: "::" },
            ]
          : [{ hostPort: 31_005, containerPort: 8080, protocol: "tcp", hostIP: HOST.ip6 }],
    }),
  },
  "portmap on ptp": {
    config: network(
      { type: "ptp", ipMasq: true, ipam: hostLocal(V4) },
      { type: "portmap", capabilities: { portMappings: true } },
    ),
    capabilityArgs: ports,
    referenceCheckFails: PORTMAP_CHECK,
  },
  "portmap and no port": { config: on(BOTH, { type: "portmap", capabilities: { portMappings: true } }) },
  firewall: { config: on(BOTH, { type: "firewall" }) },
  "firewall where nothing is forwarded": { config: on(BOTH, { type: "firewall" }), prepare: DROP },
  "firewall, ingressPolicy": { config: on([V4], { type: "firewall", ingressPolicy: "same-bridge" }) },
  bandwidth: { config: on([V4], { type: "bandwidth", ...BANDWIDTH }) },
  "bandwidth, one way": { config: on([V4], { type: "bandwidth", ingressRate: 80_000_000, ingressBurst: 8_000_000 }) },
  "bandwidth by capability": {
    config: on([V4], { type: "bandwidth", capabilities: { bandwidth: true } }),
    capabilityArgs: () => ({ bandwidth: BANDWIDTH }),
  },
  tuning: {
    config: on([V4], {
      type: "tuning",
      sysctl: { "net.core.somaxconn": "500", "net.ipv4.conf.IFNAME.arp_filter": "1" },
      mtu: 1400,
      promisc: true,
      mac: "0a:58:0a:3d:00:09",
    }),
    ids: ["c1"],
    // takes IFNAME for the name of a link
    referenceCheckFails: /\/conf\/IFNAME\/arp_filter/,
  },
  "tuning by capability and CNI_ARGS": {
    config: on([V4], { type: "tuning", capabilities: { mac: true } }),
    capabilityArgs: (id) => ({ mac: `0a:58:0a:3d:00:0${id.slice(1)}` }),
    without: withoutTuningOfC2,
  },
  "all of them": { config: fullChain(), capabilityArgs: ports, referenceCheckFails: PORTMAP_CHECK },
  "all of them, of version 0.4.0": {
    config: { ...fullChain(), cniVersion: "0.4.0" },
    capabilityArgs: ports,
    referenceCheckFails: PORTMAP_CHECK,
  },
  "all of them where nothing is forwarded": {
    config: fullChain(),
    capabilityArgs: ports,
    referenceCheckFails: PORTMAP_CHECK,
    prepare: DROP,
  },
});
