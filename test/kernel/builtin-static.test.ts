import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, PluginCall } from "@fairlead/cni";
import fc from "fast-check";
import { ipamArms, outcomeOf } from "./ipam-arms.ts";

const cidr = fc.constantFrom(
  ...["10.1.0.5/24", "10.1.0.6/16", "10.2.0.5/32", "0.0.0.1/0", "fd00::5/64", "FD00:0::6/48", "fd01::1/128"],
  ...["10.1.0.5", "10.1.0.5/33", "fd00::5/129", "x", ""],
);
const ip = fc.constantFrom("10.1.0.1", "10.1.0.254", "10.2.0.5", "fd00::1", "::1", "x", "");
const some = <T>(values: fc.Arbitrary<T>) => fc.array(values, { maxLength: 3 });

const address = fc.record({ address: cidr, gateway: ip }, { requiredKeys: ["address"] });
const route = fc.record({ dst: cidr, gw: ip }, { requiredKeys: ["dst"] });
const dns = fc.record({
  nameservers: some(fc.constantFrom("10.0.0.1", "fd00::1")),
  domain: fc.constant("d"),
  search: some(fc.constant("s")),
});
const pair = fc.oneof(
  some(cidr).map((values) => `IP=${values.join(",")}`),
  some(ip).map((values) => `GATEWAY=${values.join(", ")}`),
  fc.constantFrom("IgnoreUnknown=1", "IgnoreUnknown=x", "FOO=1", "ip=10.1.0.9/24", "IP", "IP=1=2"),
);
const config = fc.record(
  {
    addresses: some(address),
    routes: some(route),
    dns,
    argsIps: some(cidr),
    runtimeIps: some(cidr),
    args: some(pair).map((pairs) => pairs.join(";")),
    cniVersion: fc.constantFrom("0.1.0", "0.2.0", "0.3.1", "0.4.0", "1.0.0"),
  },
  { requiredKeys: ["cniVersion"] },
);

test("ADD comes to the same as with the reference plugin, whatever the configuration", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const seed = Date.now() & 0x7fffffff;
  t.diagnostic(`seed ${seed}`);
  let successes = 0;
  await fc.assert(
    fc.asyncProperty(config, async ({ addresses, routes, dns, argsIps, runtimeIps, args, cniVersion }) => {
      const present = (object: Record<string, unknown>) =>
        // a copy as JSON has only what is there
        JSON.parse(JSON.stringify(object)) as JsonObject;
      const call: PluginCall = {
        command: "ADD",
        type: "static",
        config: present({
          cniVersion,
          name: "blue",
          ipam: { type: "static", addresses, routes, dns },
          args: argsIps && { cni: { ips: argsIps } },
          runtimeConfig: runtimeIps && { ips: runtimeIps },
        }),
        containerId: "c",
        ifName: "eth0",
        args: args === "" ? undefined : args,
      };
      const expected = await outcomeOf(reference, call);
      assert.deepEqual(await outcomeOf(builtIn, call), expected);
      if ("result" in expected) successes++;
    }),
    { seed, numRuns: 400 },
  );
  assert.ok(successes > 20, `only ${successes} of the configurations were good ones`);
});

test("CHECK comes to the same as with the reference plugin", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const addresses = [{ address: "10.1.0.5/24", gateway: "10.1.0.1" }, { address: "fd00::5/64" }];
  const results: JsonObject[] = [
    { ips: [{ address: "10.1.0.5/24", gateway: "10.1.0.1" }] },
    { ips: [{ address: "10.1.0.5/24", gateway: "10.1.0.2" }] },
    { ips: [{ address: "10.1.0.5/16" }] },
    { ips: [{ address: "10.1.0.6/24" }, { address: "fd00::5/64", gateway: "fd00::1" }] },
    {},
  ];
  for (const prevResult of [...results.map((result) => ({ cniVersion: "1.0.0", ...result })), undefined]) {
    const call: PluginCall = {
      command: "CHECK",
      type: "static",
      config: { cniVersion: "1.0.0", name: "blue", ipam: { type: "static", addresses }, prevResult },
      containerId: "c",
      ifName: "eth0",
    };
    assert.deepEqual(await outcomeOf(builtIn, call), await outcomeOf(reference, call), JSON.stringify(prevResult));
  }
});
