import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig } from "./parse-network-config.ts";
import { toConfigObject, withPluginArgs } from "./plugin-args.ts";

const ARGS = { "org.apache.mesos": { network_info: { name: "n" } } };

test("args reach every plugin of a list and survive storing", () => {
  const list = parseNetworkConfig({ name: "n", vendor: 1, plugins: [{ type: "a", args: { x: 1 } }, { type: "b" }] });
  const stored = toConfigObject(withPluginArgs(list, ARGS));
  assert.deepEqual(stored, {
    name: "n",
    vendor: 1,
    plugins: [
      { type: "a", args: { x: 1, ...ARGS } },
      { type: "b", args: ARGS },
    ],
  });
  assert.deepEqual(parseNetworkConfig(JSON.stringify(stored)).plugins, withPluginArgs(list, ARGS).plugins);
  assert.deepEqual(list.plugins[1]?.config, { type: "b" });
});

test("a single plugin stays a single plugin", () => {
  const list = parseNetworkConfig({ name: "n", type: "a", ipam: {} });
  assert.deepEqual(toConfigObject(list), list.raw);
  assert.deepEqual(toConfigObject(withPluginArgs(list, ARGS)), { name: "n", type: "a", ipam: {}, args: ARGS });
});

test("plugins of the folder are part of what is stored", () => {
  const list = parseNetworkConfig({ name: "n" }, { folderPlugins: [{ type: "b" }] });
  assert.deepEqual(toConfigObject(list), { name: "n", plugins: [{ type: "b" }] });
});

test("args that are no object, or hold the key already, are refused", () => {
  for (const args of ["text", [], ARGS]) {
    const list = parseNetworkConfig({ name: "n", type: "a", args }, { path: "/x/n.conf" });
    assert.throws(() => withPluginArgs(list, ARGS), { code: "CNI_CONFIG_INVALID", path: "/x/n.conf", network: "n" });
  }
});
