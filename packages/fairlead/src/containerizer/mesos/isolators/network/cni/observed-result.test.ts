import assert from "node:assert/strict";
import { test } from "node:test";
import { parseObserved } from "./observed-result.ts";

const OUTPUT = JSON.stringify([
  { ifname: "lo", address: "00:00:00:00:00:00", addr_info: [{ local: "127.0.0.1", prefixlen: 8, scope: "host" }] },
  {
    ifname: "eth0",
    address: "02:00:00:00:00:01",
    addr_info: [
      { local: "10.1.0.2", prefixlen: 24, scope: "global" },
      { local: "fd01::2", prefixlen: 64, scope: "global" },
      { local: "fe80::1", prefixlen: 64, scope: "link" },
    ],
  },
]);

test("addresses that a plugin assigned are a result", () => {
  assert.deepEqual(parseObserved(OUTPUT, "/ns", "eth0"), {
    interfaces: [{ name: "eth0", mac: "02:00:00:00:00:01", sandbox: "/ns" }],
    ips: [
      { address: "10.1.0.2/24", interface: 0 },
      { address: "fd01::2/64", interface: 0 },
    ],
    routes: [],
    dns: { nameservers: [], search: [], options: [] },
  });
});

test("an interface that is not there has none", () => {
  assert.equal(parseObserved(OUTPUT, "/ns", "eth1"), undefined);
  assert.equal(parseObserved("[]", "/ns", "eth0"), undefined);
});
