import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFlags } from "./check-options.ts";

const MACHINE = { isRoot: true, hasNamespaces: true, exists: (path: string) => path === "/net.d" };
const FLAGS = { pluginsDir: "/a:/b", configDir: "/net.d" };

test("without both flags there are no networks, and no privilege is needed", () => {
  assert.equal(checkFlags({}, { isRoot: false, hasNamespaces: false, exists: () => false }), undefined);
});

test("the plugins' directory is a search path", () => {
  assert.deepEqual(checkFlags(FLAGS, MACHINE), { searchPath: ["/a", "/b"], configDir: "/net.d" });
});

for (const [message, flags, machine] of [
  ["The 'network/cni' isolator requires root permissions", FLAGS, { ...MACHINE, isRoot: false }],
  [
    "The 'network/cni' isolator requires network, mount and UTS namespace support",
    FLAGS,
    { ...MACHINE, hasNamespaces: false },
  ],
  ["Missing required '--network_cni_plugins_dir' flag", { configDir: "/net.d" }, MACHINE],
  ["Missing required '--network_cni_plugins_dir' flag", { ...FLAGS, pluginsDir: "" }, MACHINE],
  ["Missing required '--network_cni_config_dir' flag", { pluginsDir: "/a" }, MACHINE],
  ["The CNI network configuration directory '/none' does not exist", { ...FLAGS, configDir: "/none" }, MACHINE],
] as const) {
  test(`refused, in Mesos's words: ${message}, ${JSON.stringify(flags)}`, () => {
    assert.throws(() => checkFlags(flags, machine), { code: "FLAG_INVALID", message });
  });
}
