import assert from "node:assert/strict";
import { test } from "node:test";
import { assignedAddresses } from "../plugin/container-addresses.ts";
import { containerRoutes, hostAddresses, hostRoutes, requireGateways } from "./routes.ts";

const addresses = requireGateways(
  assignedAddresses({
    ips: [
      { address: "10.0.0.2/24", gateway: "10.0.0.1" },
      { address: "fd00::2/64", gateway: "fd00::1" },
    ],
  }),
);
const operations = (named: ReturnType<typeof hostRoutes>) => named.map(({ request }) => request.operation);

test("in the container, only the gateway is on the link", () => {
  assert.deepEqual(operations(containerRoutes(5, addresses)), [
    "delete the route to 10.0.0.0/24 on link 5",
    "add the route to 10.0.0.1/32 on link 5",
    "add the route to 10.0.0.0/24 by 10.0.0.1 on link 5",
    "delete the route to fd00:0:0:0:0:0:0:0/64 on link 5",
    "add the route to fd00:0:0:0:0:0:0:1/128 on link 5",
    "add the route to fd00:0:0:0:0:0:0:0/64 by fd00:0:0:0:0:0:0:1 on link 5",
  ]);
});

test("the host has the gateways' addresses, and a route to each container", () => {
  assert.deepEqual(operations(hostAddresses(7, addresses)), [
    "add address 10.0.0.1/32 to link 7",
    "add address fd00:0:0:0:0:0:0:1/128 to link 7",
  ]);
  assert.deepEqual(operations(hostRoutes(7, addresses)), [
    "add the route to 10.0.0.2/32 on link 7",
    "add the route to fd00:0:0:0:0:0:0:2/128 on link 7",
  ]);
});

test("an address without a gateway is refused", () => {
  assert.throws(() => requireGateways(assignedAddresses({ ips: [{ address: "10.0.0.2/24" }] })), {
    pluginCode: 999,
    message: "failed to add IP addr (<nil>) to veth: 10.0.0.2/24 has no gateway",
  });
});
