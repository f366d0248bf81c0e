import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCidr, formatIp, parseCidr } from "@fairlead/cni";
import { assignedAddresses, assignedRoutes, hostPrefix, networkOf, overlap } from "./container-addresses.ts";

const cidr = (text: string) => parseCidr(text) ?? assert.fail(text);

test("routes without a gateway have that of the first address of their family which has one", () => {
  const addresses = assignedAddresses({
    ips: [
      { address: "10.0.0.2/24" },
      { address: "10.1.0.2/24", gateway: "10.1.0.1" },
      { address: "fd00::2/64", gateway: "fd00::1" },
    ],
  });
  const routes = assignedRoutes(
    { routes: [{ dst: "0.0.0.0/0" }, { dst: "10.9.0.0/16", gw: "10.0.0.9", priority: 5 }, { dst: "::/0" }] },
    addresses,
  );
  assert.deepEqual(
    routes.map(({ gateway }) => gateway && formatIp(gateway)),
    ["10.1.0.1", "10.0.0.9", "fd00::1"],
  );
  assert.equal(routes[1]?.priority, 5);
});

test("no address is an error", () => {
  assert.throws(() => assignedAddresses({ ips: [] }), {
    pluginCode: 999,
    message: "IPAM plugin returned missing IP config",
  });
});

test("networks", () => {
  assert.equal(formatCidr(networkOf(cidr("10.1.2.255/20"))), "10.1.0.0/20");
  assert.equal(formatCidr(networkOf(cidr("10.1.2.3/32"))), "10.1.2.3/32");
  assert.equal(formatCidr(networkOf(cidr("10.1.2.3/0"))), "0.0.0.0/0");
  assert.equal(formatCidr(networkOf(cidr("fd00:1:2:3:4::5/57"))), "fd00:1:2::/57");
  assert.equal(formatCidr(hostPrefix(cidr("fd00::5/64").address)), "fd00::5/128");
  assert.equal(overlap(cidr("10.1.2.3/16"), cidr("10.1.9.9/24")), true);
  assert.equal(overlap(cidr("10.1.2.3/24"), cidr("10.1.9.9/24")), false);
  assert.equal(overlap(cidr("10.1.2.3/16"), cidr("fd00::/64")), false);
});
