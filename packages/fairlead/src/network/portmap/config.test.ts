import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { parsePortmapConfig } from "./config.ts";

const base: JsonObject = { cniVersion: "1.0.0", name: "blue", type: "portmap" };

test("without keys nothing is mapped, and local traffic would be masqueraded", () => {
  assert.deepEqual(parsePortmapConfig(base), {
    mappings: [],
    masquerading: "local",
    conditions: { v4: [], v6: [] },
  });
});

test("snat and masqAll say what is masqueraded", () => {
  const masquerading = (config: JsonObject) => parsePortmapConfig({ ...base, ...config }).masquerading;
  assert.equal(masquerading({ snat: false }), "none");
  assert.equal(masquerading({ snat: false, masqAll: true }), "none");
  assert.equal(masquerading({ masqAll: true }), "all");
  assert.equal(masquerading({ snat: null }), "local");
});

test("how the reference plugin would mark packets makes no difference, but is checked", () => {
  const plain = parsePortmapConfig(base);
  for (const keys of [{ markMasqBit: 0 }, { markMasqBit: 31 }, { externalSetMarkChain: "KUBE-MARK-MASQ" }]) {
    assert.deepEqual(parsePortmapConfig({ ...base, ...keys }), plain);
  }
  for (const backend of ["iptables", "nftables"]) assert.deepEqual(parsePortmapConfig({ ...base, backend }), plain);
});

const REFUSED: readonly (readonly [JsonObject, string | RegExp])[] = [
  [{ markMasqBit: 32 }, "MasqMarkBit must be between 0 and 31"],
  [{ markMasqBit: -1 }, "MasqMarkBit must be between 0 and 31"],
  [{ markMasqBit: 1, externalSetMarkChain: "X" }, "Cannot specify externalSetMarkChain and markMasqBit"],
  [{ externalSetMarkChain: 1 }, /number into .*externalSetMarkChain of type string$/],
  [{ backend: "pf" }, 'unrecognized backend "pf"'],
  [{ snat: "yes" }, /string into .*snat of type bool$/],
  [{ conditionsV4: "-s" }, /string into .*conditionsV4 of type \[\]string$/],
  [{ conditionsV6: [1] }, /number into .*conditionsV6 of type string$/],
  [{ runtimeConfig: [] }, /array into .*runtimeConfig of type object$/],
  [{ runtimeConfig: { portMappings: {} } }, /object into .*portMappings of type \[\]object$/],
];

for (const [keys, message] of REFUSED) {
  test(`${JSON.stringify(keys)} is refused with code 999`, () => {
    assert.throws(() => parsePortmapConfig({ ...base, ...keys }), {
      code: "CNI_PLUGIN_FAILED",
      pluginCode: 999,
      message,
    });
  });
}

test("conditions that are not known are refused with code 7, also those of a family that the container does not have", () => {
  const words = ["-s", "10.0.0.0/8"];
  assert.deepEqual(parsePortmapConfig({ ...base, conditionsV4: words }).conditions, { v4: words, v6: [] });
  for (const config of [{ conditionsV6: words }, { conditionsV4: ["--sport", "1"] }, { conditionsV4: [""] }]) {
    assert.throws(() => parsePortmapConfig({ ...base, ...config }), { pluginCode: 7 });
  }
});
