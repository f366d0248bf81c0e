import type { JsonObject } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { BRIDGE, hostLocal, network, single, V4, V6 } from "./networks.ts";

inHostLikeNamespaces(import.meta.filename);

const bridge = (more: JsonObject, ...subnets: readonly string[]) =>
  network({ ...BRIDGE, ...more, ipam: hostLocal(...subnets) });
const withoutRoutes = (subnet: string): JsonObject => ({ ...hostLocal(subnet), routes: [] });
/** Of `c1` and `c2`. */
const mac = (containerId: string) => `0a:58:0a:3d:00:0${containerId.slice(1)}`;

compareAll("bridge", {
  v4: { config: bridge({}, V4) },
  v6: { config: bridge({}, V6) },
  "dual stack": { config: bridge({}, V4, V6) },
  "a single plugin of version 0.2.0": { config: single("0.2.0", { ...BRIDGE, ipam: hostLocal(V4) }) },
  "a single plugin of version 0.3.1": { config: single("0.3.1", { ...BRIDGE, ipam: hostLocal(V4) }) },
  "dual stack of version 0.4.0": { config: { ...bridge({}, V4, V6), cniVersion: "0.4.0" } },
  "isGateway off": { config: bridge({ isGateway: false }, V4) },
  isDefaultGateway: {
    config: network({ ...BRIDGE, isGateway: false, isDefaultGateway: true, ipam: withoutRoutes(V4) }),
  },
  "isDefaultGateway, v6": {
    config: network({ ...BRIDGE, isGateway: false, isDefaultGateway: true, ipam: withoutRoutes(V6) }),
  },
  "no routes": { config: network({ ...BRIDGE, ipam: withoutRoutes(V4) }) },
  "routes of their own": {
    config: network({
      ...BRIDGE,
      ipam: { ...hostLocal(V4), routes: [{ dst: "192.0.2.0/24" }, { dst: "198.51.100.0/24", gw: "10.61.0.99" }] },
    }),
    // looks for the route without the gateway that its ADD has given to it
    referenceCheckFails: /Expected Route .*192\.0\.2\.0.* not found in routing table/,
  },
  ipMasq: { config: bridge({ ipMasq: true }, V4) },
  "ipMasq, dual stack": { config: bridge({ ipMasq: true }, V4, V6) },
  hairpinMode: { config: bridge({ hairpinMode: true }, V4) },
  promiscMode: { config: bridge({ promiscMode: true }, V4) },
  mtu: { config: bridge({ mtu: 1400 }, V4) },
  "mac by capability": {
    config: bridge({ capabilities: { mac: true } }, V4),
    capabilityArgs: (containerId) => ({ mac: mac(containerId) }),
  },
  "mac by CNI_ARGS": {
    config: bridge({}, V4),
    args: (containerId) => [
      ["IgnoreUnknown", "1"],
      ["MAC", mac(containerId)],
    ],
  },
  "mac by args": {
    config: bridge({ args: { cni: { mac: mac("c1") } } }, V4),
    ids: ["c1"],
  },
  "no IPAM": {
    config: network({ type: "bridge", bridge: "br-one" }),
    // runs the IPAM plugin although there is none
    referenceCheckFails: /no plugin name provided/,
  },
  "no bridge named": { config: network({ type: "bridge", isGateway: true, ipam: hostLocal(V4) }) },
  "a bridge that is there": {
    config: bridge({}, V4),
    prepare: "ip link add br-one type bridge; ip link set br-one mtu 1300 up; ip address add 10.61.0.1/24 dev br-one",
  },
  "a bridge that is there and down": { config: bridge({}, V4), prepare: "ip link add br-one type bridge" },
  forceAddress: {
    config: bridge({ forceAddress: true }, V4),
    prepare: "ip link add br-one type bridge; ip address add 10.99.0.1/24 dev br-one",
  },
});
