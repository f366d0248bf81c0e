import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCidr } from "@fairlead/cni";
import { planGateways } from "./gateways.ts";

const GATEWAY = { isGateway: true, isDefaultGateway: false };
const DEFAULT_GATEWAY = { isGateway: true, isDefaultGateway: true };
const NO_GATEWAY = { isGateway: false, isDefaultGateway: false };

test("the first address of a network is the gateway's, unless IPAM has another one", () => {
  const ips = [
    { address: "fd00:0:0:ffff::9/64" },
    { address: "10.0.255.7/23" },
    { address: "10.9.0.2/24", gateway: "10.9.0.254" },
  ];
  const { gateways, ips: planned } = planGateways({ ips, routes: [] }, GATEWAY, 2);
  assert.deepEqual(planned, [
    { address: "fd00:0:0:ffff::9/64", interface: 2, gateway: "fd00:0:0:ffff::1" },
    { address: "10.0.255.7/23", interface: 2, gateway: "10.0.254.1" },
    { address: "10.9.0.2/24", interface: 2, gateway: "10.9.0.254" },
  ]);
  assert.deepEqual(gateways.map(formatCidr), ["10.0.254.1/23", "10.9.0.254/24", "fd00:0:0:ffff::1/64"]);
});

test("a bridge that is no gateway has no addresses, but IPAM's gateways stay in the result", () => {
  const ips = [{ address: "10.0.0.2/24", gateway: "10.0.0.9" }, { address: "fd00::2/64" }];
  assert.deepEqual(planGateways({ ips, routes: [] }, NO_GATEWAY, 2), {
    ips: [
      { address: "10.0.0.2/24", interface: 2, gateway: "10.0.0.9" },
      { address: "fd00::2/64", interface: 2 },
    ],
    routes: [],
    gateways: [],
  });
});

test("a default gateway adds one default route for each family, where there is none that names a gateway", () => {
  const ips = [{ address: "10.0.0.2/24" }, { address: "10.1.0.2/24" }, { address: "fd00::2/64" }];
  const routes = [{ dst: "::/0", gw: "fd00::9" }, { dst: "192.0.2.0/24" }];
  assert.deepEqual(planGateways({ ips, routes }, DEFAULT_GATEWAY, 2).routes, [
    ...routes,
    { dst: "0.0.0.0/0", gw: "10.0.0.1" },
  ]);
  const nameless = planGateways({ ips: ips.slice(0, 1), routes: [{ dst: "0.0.0.0/0" }] }, DEFAULT_GATEWAY, 2);
  assert.deepEqual(nameless.routes, [{ dst: "0.0.0.0/0" }, { dst: "0.0.0.0/0", gw: "10.0.0.1" }]);
});

test("no address is an error", () => {
  assert.throws(() => planGateways({ ips: [], routes: [] }, GATEWAY, 2), /IPAM plugin returned missing IP config/);
});
