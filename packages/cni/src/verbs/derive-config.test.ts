import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig } from "../conf/parse-network-config.ts";
import { attachmentKeys, deriveConfig } from "./derive-config.ts";

const LIST = parseNetworkConfig({
  name: "n",
  cniVersion: "0.4.0",
  cniVersions: ["1.0.0"],
  plugins: [
    {
      type: "portmap",
      name: "other",
      cniVersion: "0.1.0",
      vendor: { deep: [1] },
      capabilities: { portMappings: true, mac: true, ips: false },
      prevResult: { ips: [] },
      "cni.dev/valid-attachments": [],
      runtimeConfig: { kept: true },
    },
  ],
});
const [PLUGIN] = LIST.plugins;
assert.ok(PLUGIN);

test("name and version are the network's, reserved keys go, unknown ones pass", () => {
  assert.deepEqual(deriveConfig(LIST, PLUGIN, { "cni.dev/valid-attachments": [1] }), {
    type: "portmap",
    name: "n",
    cniVersion: "1.0.0",
    vendor: { deep: [1] },
    runtimeConfig: { kept: true },
    "cni.dev/valid-attachments": [1],
  });
});

test("a plugin gets the capabilities that it declares and the runtime gives", () => {
  const args = { portMappings: [{ hostPort: 1 }], ips: ["10.0.0.1/8"], bandwidth: {} };
  assert.deepEqual(attachmentKeys(PLUGIN, args, { ips: [] }), {
    runtimeConfig: { portMappings: [{ hostPort: 1 }] },
    prevResult: { ips: [] },
  });
  assert.deepEqual(attachmentKeys(PLUGIN, { ips: [] }, undefined), {});
});
