import type { JsonObject } from "@fairlead/cni";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { BRIDGE, network, V4, V6 } from "./networks.ts";

inHostLikeNamespaces(import.meta.filename);

const bridge = (ipam: JsonObject, more: JsonObject = {}) => network({ ...BRIDGE, ...more, ipam });
const ROUTES = [{ dst: "0.0.0.0/0" }];
const hostLocal = (more: JsonObject, of: JsonObject = {}) =>
  bridge({ type: "host-local", routes: ROUTES, ...more }, of);
const DNS = { nameservers: ["192.0.2.53"], domain: "example.com", search: ["a.example.com"], options: ["ndots:2"] };
const of = <T>(containerId: string, c1: T, c2: T): T => (containerId === "c1" ? c1 : c2);
const address = (containerId: string) => of(containerId, "10.61.0.71", "10.61.0.72");
const address6 = (containerId: string) => of(containerId, "fd61::71", "fd61::72");

compareAll("address management", {
  "one subnet, in the old form": {
    config: hostLocal({ subnet: V4, rangeStart: "10.61.0.40", rangeEnd: "10.61.0.50", gateway: "10.61.0.9" }),
  },
  "a range": {
    config: hostLocal({ ranges: [[{ subnet: V4, rangeStart: "10.61.0.100", rangeEnd: "10.61.0.101" }]] }),
  },
  "several ranges in a set, the first of one address": {
    config: hostLocal({
      ranges: [
        [
          { subnet: V4, rangeStart: "10.61.0.7", rangeEnd: "10.61.0.7", gateway: "10.61.0.1" },
          { subnet: V4, rangeStart: "10.61.0.20", rangeEnd: "10.61.0.30", gateway: "10.61.0.1" },
        ],
      ],
    }),
  },
  "several sets of a family": {
    config: hostLocal({ ranges: [[{ subnet: V4 }], [{ subnet: "10.62.0.0/24" }]] }, { isGateway: false }),
  },
  "a directory of its own, DNS of a file": {
    config: hostLocal({
      ranges: [[{ subnet: V4 }]],
      dataDir: "/var/lib/cni/elsewhere",
      resolvConf: "/run/cni/resolv.conf",
    }),
    prepare: "true",
    files: {
      "run/cni/resolv.conf":
        "# of the operator\nnameserver 192.0.2.53\nsearch a.example.com b.example.com\noptions ndots:2 rotate\ndomain example.com\n",
    },
  },
  "DNS of the configuration": {
    config: {
      ...hostLocal({ ranges: [[{ subnet: V4 }]] }),
      plugins: [{ ...BRIDGE, ipam: { type: "host-local", subnet: V4, routes: ROUTES }, dns: DNS }],
    },
  },
  "an address by CNI_ARGS": {
    config: hostLocal({ ranges: [[{ subnet: V4 }]] }),
    args: (containerId) => [
      ["IgnoreUnknown", "1"],
      ["IP", address(containerId)],
    ],
  },
  "addresses by capability": {
    config: bridge(
      { type: "host-local", ranges: [[{ subnet: V4 }], [{ subnet: V6 }]] },
      { capabilities: { ips: true } },
    ),
    capabilityArgs: (containerId) => ({ ips: [address(containerId), address6(containerId)] }),
  },
  "ranges by capability": {
    config: bridge({ type: "host-local", routes: ROUTES }, { capabilities: { ipRanges: true } }),
    capabilityArgs: () => ({ ipRanges: [[{ subnet: V4, rangeStart: "10.61.0.200" }]] }),
  },
  "static, by CNI_ARGS": {
    config: bridge({ type: "static", routes: [{ dst: "0.0.0.0/0", gw: "10.61.0.1" }], dns: DNS }),
    args: (containerId) => [
      ["IgnoreUnknown", "1"],
      ["IP", `${address(containerId)}/24,${address6(containerId)}/64`],
      ["GATEWAY", "10.61.0.1,fd61::1"],
    ],
  },
  "static, by capability": {
    config: bridge({ type: "static", routes: [{ dst: "0.0.0.0/0" }] }, { capabilities: { ips: true } }),
    capabilityArgs: (containerId) => ({ ips: [`${address(containerId)}/24`] }),
  },
  "static, by configuration": {
    config: bridge({
      type: "static",
      addresses: [
        { address: "10.61.0.71/24", gateway: "10.61.0.1" },
        { address: "fd61::71/64", gateway: "fd61::1" },
      ],
      routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
    }),
    ids: ["c1"],
  },
});
