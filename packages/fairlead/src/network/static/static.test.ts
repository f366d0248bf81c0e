import assert from "node:assert/strict";
import { test } from "node:test";
import type { CniCommand, JsonObject, PluginCall } from "@fairlead/cni";
import type { Kernel } from "../plugin/kernel.ts";
import { Static } from "./static.ts";

const staticPlugin = new Static();
// the plugin has nothing to do with the kernel's network
const kernel = {} as Kernel;

const TWO = [{ address: "10.1.0.5/24", gateway: "10.1.0.1" }, { address: "fd00::5/64" }];

function call(command: CniCommand, ipam: JsonObject, more: JsonObject = {}, args?: string): PluginCall {
  const config = { cniVersion: "1.0.0", name: "blue", ...more, ipam: { type: "static", ...ipam } };
  return { command, type: "static", config, containerId: "c", ifName: "eth0", args };
}

const add = (ipam: JsonObject, more?: JsonObject, args?: string) =>
  staticPlugin.add(kernel, call("ADD", ipam, more, args));

test("ADD gives what stands in the configuration", () => {
  const dns = { nameservers: ["10.0.0.1"], domain: "example", search: ["a"], options: ["ndots:2"] };
  const routes = [{ dst: "0.0.0.0/0" }, { dst: "10.9.1.2/16", gw: "10.1.0.3" }];
  assert.deepEqual(add({ addresses: TWO, routes, dns }), { cniVersion: "1.0.0", ips: TWO, routes, dns });
  assert.deepEqual(add({ addresses: TWO, routes: [{ dst: "::/0" }] }, { cniVersion: "0.2.0" }), {
    cniVersion: "0.2.0",
    ip4: { ip: "10.1.0.5/24", gateway: "10.1.0.1" },
    ip6: { ip: "fd00::5/64", routes: [{ dst: "::/0" }] },
  });
  assert.deepEqual(add({}), { cniVersion: "1.0.0" });
});

test("CNI_ARGS add addresses, with the gateways whose network they are in", () => {
  const args = "IgnoreUnknown=1;IP=10.2.0.4/16, fd01::4/64;GATEWAY=10.2.0.1,10.1.0.254";
  assert.deepEqual(add({ addresses: TWO }, {}, args).ips, [
    ...TWO,
    { address: "10.2.0.4/16", gateway: "10.2.0.1" },
    { address: "fd01::4/64" },
  ]);
});

test("addresses of args replace those, addresses of the runtime replace both", () => {
  const args = { cni: { ips: ["10.3.0.5/24"] } };
  assert.deepEqual(add({ addresses: TWO }, { args }).ips, [{ address: "10.3.0.5/24" }]);
  assert.deepEqual(add({ addresses: [{ address: "x" }] }, { args }).ips, [{ address: "10.3.0.5/24" }]);
  const runtimeConfig = { ips: ["10.4.0.5/24", "fd04::5/64"] };
  const ips = [{ address: "10.4.0.5/24" }, { address: "fd04::5/64" }];
  assert.deepEqual(add({ addresses: TWO }, { args, runtimeConfig }).ips, ips);
});

test("what cannot work is refused", () => {
  const refusals: [() => unknown, RegExp][] = [
    [() => add({ addresses: [{ address: "10.1.0.5" }] }), /the 'address' field .* got: '10\.1\.0\.5'$/],
    [() => add({ addresses: [{}] }), /the 'address' field .* got: ''$/],
    [() => add({ addresses: ["10.1.0.5/24"] }), /cannot unmarshal string/],
    [() => add({ addresses: [{ address: "10.1.0.5/24", gateway: "x" }] }), /^invalid IP address: x$/],
    [() => add({}, {}, "IP=10.1.0.5"), /the 'ip' field .* got: '10\.1\.0\.5'$/],
    [() => add({}, {}, "GATEWAY=x"), /^invalid gateway address: x$/],
    [() => add({}, {}, "FOO=x"), /unknown args/],
    [() => add({}, { args: { cni: { ips: ["10.1.0.5"] } } }), /an entry in the 'ips' field .* got: '10\.1\.0\.5'$/],
    [() => add({}, { runtimeConfig: { ips: ["x"] } }), /an entry in the 'ips' field .* got: 'x'$/],
    [() => add({ routes: [{ gw: "10.0.0.1" }] }), /routes\[0\]\.dst/],
    [() => add({ addresses: [TWO[0] ?? {}, TWO[0] ?? {}] }, { cniVersion: "0.2.0" }), /does not support more than 1/],
    [() => add({}, { cniVersion: "0.2.0" }), /is empty/],
    [() => staticPlugin.add(kernel, { ...call("ADD", {}), config: { name: "blue" } }), /missing 'ipam' key/],
  ];
  for (const [refused, message] of refusals) {
    assert.throws(refused, { code: "CNI_PLUGIN_FAILED", pluginCode: 999, message });
  }
});

test("CHECK compares the gateways of addresses that are in the result", () => {
  const check = (ips: JsonObject[]) =>
    staticPlugin.check(kernel, call("CHECK", { addresses: TWO }, { prevResult: { ips } }));
  check([{ address: "10.1.0.5/24", gateway: "10.1.0.1" }]);
  check([{ address: "10.1.0.6/24" }, { address: "fd00::5/64", gateway: "fd00::1" }]);
  assert.throws(() => check([{ address: "10.1.0.5/24" }]), {
    pluginCode: 999,
    message: /match addr 10\.1\.0\.5 on interface eth0$/,
  });
  assert.throws(() => check([{ address: "x" }]), { pluginCode: 999 });
  assert.throws(() => staticPlugin.check(kernel, call("CHECK", {})), {
    pluginCode: 999,
    message: /prevResult missing$/,
  });
});

test("STATUS looks at the configuration", () => {
  staticPlugin.status(kernel, call("STATUS", { addresses: TWO }));
  assert.throws(() => staticPlugin.status(kernel, call("STATUS", { addresses: "x" })), { pluginCode: 999 });
});
