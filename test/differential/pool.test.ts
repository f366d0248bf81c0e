import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { compareAll } from "./compare-all.ts";
import { BRIDGE, fullChain, hostLocal, network, ports, V4, V6 } from "./networks.ts";

inHostLikeNamespaces(import.meta.filename);

compareAll(
  "containers whose namespace and link were made ahead",
  {
    "bridge, all options": {
      config: network({
        ...BRIDGE,
        ipMasq: true,
        hairpinMode: true,
        mtu: 1400,
        capabilities: { mac: true },
        ipam: hostLocal(V4, V6),
      }),
      capabilityArgs: (id) => ({ mac: `0a:58:0a:3d:00:0${id.slice(1)}` }),
    },
    ptp: { config: network({ type: "ptp", mtu: 1400, ipam: hostLocal(V4, V6) }) },
    macvlan: {
      config: network({
        type: "macvlan",
        master: "uplink",
        ipam: { type: "static", addresses: [{ address: "192.0.2.77/24" }] },
      }),
      ids: ["c1"],
    },
    chain: { config: { ...fullChain(), disableCheck: true }, capabilityArgs: ports },
  },
  { poolSize: 1 },
);
