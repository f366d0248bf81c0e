import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError, type JsonObject } from "@fairlead/cni";
import fc from "fast-check";
import { parseBandwidthConfig } from "./config.ts";

const INGRESS = { ingressRate: 8000, ingressBurst: 800 };
const EGRESS = { egressRate: 4000, egressBurst: 400 };

test("each direction is limited by itself, and zero is no limit", () => {
  const ingress = { rateBitsPerSecond: 8000, burstBits: 800 };
  const egress = { rateBitsPerSecond: 4000, burstBits: 400 };
  assert.deepEqual(parseBandwidthConfig({ ...INGRESS, ...EGRESS }), { ingress, egress });
  assert.deepEqual(parseBandwidthConfig(INGRESS), { ingress, egress: undefined });
  assert.deepEqual(parseBandwidthConfig({ ...EGRESS, ingressRate: 0, ingressBurst: 0 }), {
    ingress: undefined,
    egress,
  });
  assert.deepEqual(parseBandwidthConfig({}), { ingress: undefined, egress: undefined });
});

test("the runtime's limits count where the configuration has none, not even zeros", () => {
  const runtimeConfig = { bandwidth: { ...INGRESS } };
  assert.equal(parseBandwidthConfig({ runtimeConfig }).ingress?.rateBitsPerSecond, 8000);
  assert.equal(parseBandwidthConfig({ runtimeConfig, egressRate: 0 }).ingress, undefined);
  assert.equal(parseBandwidthConfig({ runtimeConfig, ...EGRESS }).ingress, undefined);
  assert.equal(parseBandwidthConfig({ runtimeConfig: { bandwidth: null } }).ingress, undefined);
});

test("what cannot be is refused in the words of the reference plugin", () => {
  const refused = (config: JsonObject, message: RegExp | string) => {
    assert.throws(() => parseBandwidthConfig(config), { pluginCode: 999, message });
  };
  refused({ ingressRate: 8 }, "if rate is set, burst must also be set");
  refused({ egressBurst: 8 }, "if burst is set, rate must also be set");
  refused({ runtimeConfig: { bandwidth: { egressBurst: 8 } } }, "if burst is set, rate must also be set");
  refused({ ingressRate: 8, ingressBurst: 8 * 0xffffffff }, "burst cannot be more than 4GB");
  refused({ ingressRate: -1, ingressBurst: 1 }, /must not be negative/);
  refused({ ingressRate: "8", ingressBurst: 8 }, /cannot unmarshal string/);
  refused({ ...INGRESS, runtimeConfig: { bandwidth: { egressRate: "8" } } }, /cannot unmarshal string/);
});

test("any configuration is read or refused", () => {
  const keys = fc.constantFrom(
    "ingressRate",
    "ingressBurst",
    "egressRate",
    "egressBurst",
    "runtimeConfig",
    "bandwidth",
  );
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (config) => {
      try {
        parseBandwidthConfig(config as JsonObject); // what jsonValue gives is JSON
      } catch (error) {
        assert.ok(error instanceof CniError);
        assert.equal(error.pluginCode, 999);
      }
    }),
  );
});
