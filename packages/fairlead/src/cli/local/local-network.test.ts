import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseNetwork, type NetworkState } from "./local-network.ts";

const link = (ifname: string, ...addresses: string[]) => ({
  ifname,
  addr_info: addresses.map((address) => {
    const [local = "", prefix] = address.split("/");
    return { family: local.includes(":") ? "inet6" : "inet", local, prefixlen: Number(prefix) };
  }),
});
const HOST: NetworkState = {
  links: [link("lo", "127.0.0.1/8", "::1/128"), link("eth0", "10.77.0.5/24", "fd00::5/64")],
  routes: [
    { dst: "default", dev: "eth0" },
    { dst: "10.77.0.0/24", dev: "eth0" },
    { dst: "10.77.1.7", dev: "tun0" },
  ],
};

test("a bridge and a subnet that nothing uses", () => {
  assert.deepEqual(chooseNetwork(undefined, HOST, ["ip nat"]), {
    bridge: "fairlead0",
    subnet: "10.77.2.0/24",
    firewall: ["ip nat"],
  });
});

test("another local's bridge and subnet are left to it", () => {
  const links = [...HOST.links, link("fairlead0", "10.77.2.1/24")];
  const chosen = chooseNetwork(undefined, { ...HOST, links }, []);
  assert.deepEqual(chosen, { bridge: "fairlead1", subnet: "10.77.3.0/24", firewall: [] });
});

test("what was noted is taken over, with its bridge or without", () => {
  const note = { bridge: "fairlead0", subnet: "10.77.9.0/24", firewall: [] };
  assert.equal(chooseNetwork(note, HOST, []), note);
  const links = [...HOST.links, link("fairlead0", "10.77.9.1/24")];
  const routes = [...HOST.routes, { dst: "10.77.9.0/24", dev: "fairlead0" }];
  assert.equal(chooseNetwork(note, { links, routes }, []), note);
});

test("what was noted and is somebody else's by now is not", () => {
  const note = { bridge: "fairlead0", subnet: "10.77.0.0/24", firewall: [] };
  assert.equal(chooseNetwork(note, HOST, []).subnet, "10.77.2.0/24");
  const links = [...HOST.links, link("fairlead0", "10.77.2.1/24")];
  const other = { bridge: "fairlead0", subnet: "10.77.9.0/24", firewall: [] };
  assert.deepEqual(chooseNetwork(other, { ...HOST, links }, []), {
    bridge: "fairlead1",
    subnet: "10.77.3.0/24",
    firewall: [],
  });
});

test("a machine on which nothing is free is told so", () => {
  const routes = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((dst) => ({ dst, dev: "vpn0" }));
  assert.throws(() => chooseNetwork(undefined, { links: [], routes }, []), {
    code: "NETWORK_FAILED",
    message: /no private subnet is free/,
  });
});
