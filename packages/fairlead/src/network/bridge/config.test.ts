import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { parseBridgeConfig, requireConsistent } from "./config.ts";

const parse = (config: JsonObject, args?: string) => parseBridgeConfig({ config, args });
const refused = (message: string) => ({ code: "CNI_PLUGIN_FAILED", pluginCode: 999, message });

test("nothing said means the reference's defaults", () => {
  assert.deepEqual(parse({}), {
    bridge: "cni0",
    isGateway: false,
    isDefaultGateway: false,
    forceAddress: false,
    ipMasq: false,
    mtu: undefined,
    hairpinMode: false,
    promiscMode: false,
    vlan: 0,
    vlanTrunk: undefined,
    preserveDefaultVlan: false,
    macSpoofCheck: false,
    detectsDuplicates: false,
    disableContainerInterface: false,
    portIsolation: false,
    mac: undefined,
    dns: undefined,
    hasIpam: false,
  });
});

test("a default gateway is a gateway; an MTU that is none is left out", () => {
  const { isGateway, mtu } = parse({ isDefaultGateway: true, mtu: -1 });
  assert.deepEqual([isGateway, mtu], [true, undefined]);
});

test("of several MAC addresses the capability's counts, then that of args, then that of CNI_ARGS", () => {
  const args = { cni: { mac: "args" } };
  assert.equal(parse({ runtimeConfig: { mac: "capability" }, args }, "MAC=env").mac, "capability");
  assert.equal(parse({ runtimeConfig: { mac: "" }, args }, "MAC=env").mac, "args");
  assert.equal(parse({}, "MAC=env").mac, "env");
});

test("VLANs of a trunk, each once and in order", () => {
  const vlanTrunk = [{ id: 7 }, { minID: 3, maxID: 5, id: 4094 }, { minID: 5, maxID: 7 }, {}];
  assert.deepEqual(parse({ vlanTrunk }).vlanTrunk, [3, 4, 5, 6, 7, 4094]);
  assert.deepEqual(parse({ vlanTrunk: [] }).vlanTrunk, []);
});

test("what cannot be is refused in the reference's words", () => {
  const refusals: [JsonObject, string][] = [
    [{ vlan: 4095 }, "invalid VLAN ID 4095 (must be between 0 and 4094)"],
    [{ vlan: -1 }, "invalid VLAN ID -1 (must be between 0 and 4094)"],
    [{ vlanTrunk: [{ minID: 0, maxID: 5 }] }, "incorrect trunk minID parameter"],
    [{ vlanTrunk: [{ minID: 1, maxID: 4095 }] }, "incorrect trunk maxID parameter"],
    [{ vlanTrunk: [{ maxID: 5 }] }, "minID and maxID should be configured simultaneously, minID is missing"],
    [{ vlanTrunk: [{ minID: 6, maxID: 5 }] }, "minID is greater than maxID in trunk parameter"],
    [{ vlanTrunk: [{ id: 4095 }] }, "incorrect trunk id parameter"],
  ];
  for (const [config, message] of refusals) assert.throws(() => parse(config), refused(message));
  assert.throws(
    () => requireConsistent(parse({ hairpinMode: true, promiscMode: true })),
    refused("cannot set hairpin mode and promiscuous mode at the same time."),
  );
  assert.throws(
    () => requireConsistent(parse({ ipam: { type: "static" }, disableContainerInterface: true })),
    refused("cannot use IPAM when DisableContainerInterface flag is set"),
  );
});
