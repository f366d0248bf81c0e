import assert from "node:assert/strict";
import { test } from "node:test";
import { type CniResult, containerIps } from "./cni-result.ts";

test("addresses of host interfaces are not the container's", () => {
  const result: CniResult = {
    interfaces: [{ name: "cni0" }, { name: "eth0", sandbox: "/run/netns/x" }],
    ips: [
      { address: "10.0.0.1/24", interface: 0 },
      { address: "10.0.0.2/24", interface: 1 },
      { address: "fd00::2/64" },
    ],
    routes: [],
    dns: { nameservers: [], search: [], options: [] },
  };
  assert.deepEqual(
    containerIps(result).map((ip) => ip.address),
    ["10.0.0.2/24", "fd00::2/64"],
  );
});
