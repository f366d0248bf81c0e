import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CniError, type CniErrorCode } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { parseNetworkConfig } from "./parse-network-config.ts";

function refuses(input: string | Uint8Array | JsonObject, words: RegExp, code: CniErrorCode = "CNI_CONFIG_INVALID") {
  assert.throws(
    () => parseNetworkConfig(input, { path: "/x/a.conf" }),
    (error) => {
      assert.ok(error instanceof CniError);
      assert.equal(error.code, code);
      assert.equal(error.path, "/x/a.conf");
      assert.match(error.message, words);
      return true;
    },
  );
}

test("a list keeps its plugins, flags and unknown keys", () => {
  const raw = {
    cniVersion: "1.0.0",
    cniVersions: ["0.4.0", "1.1.0", "7.0.0"],
    name: "dbnet",
    disableCheck: true,
    disableGC: "True",
    vendor: { x: [1] },
    plugins: [
      { type: "bridge", keyA: ["some"], ipam: { type: "host-local" } },
      { type: "portmap", capabilities: { portMappings: true, mac: false } },
    ],
  };
  const list = parseNetworkConfig(JSON.stringify(raw), { path: "/x/a.conflist" });
  assert.deepEqual(list, {
    name: "dbnet",
    cniVersion: "1.1.0",
    cniVersions: ["0.4.0", "1.1.0", "7.0.0"],
    disableCheck: true,
    disableGC: true,
    loadOnlyInlinedPlugins: false,
    plugins: [
      { type: "bridge", capabilities: [], config: raw.plugins[0] },
      { type: "portmap", capabilities: ["portMappings"], config: raw.plugins[1] },
    ],
    raw,
    path: "/x/a.conflist",
  });
});

test("a single plugin is a chain of one, version 0.1.0 when it names none", () => {
  const raw = { name: "blue", type: "bridge", ipam: {}, args: { a: 1 } };
  const list = parseNetworkConfig(raw);
  assert.equal(list.cniVersion, "0.1.0");
  assert.deepEqual(list.plugins, [{ type: "bridge", capabilities: [], config: raw }]);
});

test("plugins of the folder come after the inlined ones", () => {
  const list = parseNetworkConfig({ name: "n", plugins: [{ type: "a" }] }, { folderPlugins: [{ type: "b" }] });
  assert.deepEqual(
    list.plugins.map((plugin) => plugin.type),
    ["a", "b"],
  );
  assert.equal(parseNetworkConfig({ name: "n" }, { folderPlugins: [{ type: "b" }] }).plugins.length, 1);
});

test("what is not a configuration is refused with the reason", () => {
  refuses("{", /cannot be parsed/);
  refuses(Buffer.from([0x7b, 0xff, 0x7d]), /not valid UTF-8/);
  refuses("[]", /not a JSON object/);
  refuses({ type: "bridge" }, /no name/);
  refuses({ name: 3, type: "bridge" }, /not a string/);
  refuses({ name: "n" }, /no plugins/);
  refuses({ name: "n", plugins: [] }, /no plugins/);
  refuses({ name: "n", plugins: {} }, /not a list/);
  refuses({ name: "n", plugins: ["bridge"] }, /plugin 0 that is not an object/);
  refuses({ name: "n", plugins: [{ type: "a" }, {}] }, /plugin 1 without a type/);
  refuses({ name: "n", type: "a", capabilities: { mac: "yes" } }, /capabilities/);
  refuses({ name: "n", type: "a", disableCheck: "perhaps" }, /disableCheck/);
  refuses({ name: "n", loadOnlyInlinedPlugins: true }, /loadOnlyInlinedPlugins/);
  refuses({ name: "n", type: "a", cniVersion: 1 }, /cniVersion/);
  refuses({ name: "n", type: "a", cniVersions: "1.0.0" }, /cniVersions/);
  refuses({ name: "n", plugins: Array(65).fill({ type: "a" }) }, /more than 64/);
  refuses({ name: "n", type: "a", cniVersion: "3.0.0" }, /3\.0\.0/, "CNI_VERSION_UNSUPPORTED");
});

test("names that would leave their directory are refused", () => {
  for (const name of ["..", "a/b", "../a", "a\0b", "a\nb", "", "x".repeat(256)]) {
    refuses({ name, type: "bridge" }, /name that is refused/);
  }
  for (const type of ["../../bin/sh", "/bin/sh", "..", "", "a\0"]) {
    refuses({ name: "n", type }, /plugin type that is refused/);
    refuses({ name: "n", type: "bridge", ipam: { type } }, /ipam type that is refused/);
  }
});

test("any JSON is a configuration or a coded refusal", () => {
  const key = fc.constantFrom("name", "type", "plugins", "cniVersion", "cniVersions", "capabilities", "ipam", "x");
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("a", "1.0.0"), fc.constant([{ type: "a" }]));
  fc.assert(
    fc.property(fc.dictionary(key, value), (raw) => {
      try {
        const list = parseNetworkConfig(JSON.stringify(raw));
        assert.ok(list.plugins.length > 0);
      } catch (error) {
        assert.ok(error instanceof CniError);
        assert.match(error.code, /^CNI_(CONFIG_INVALID|VERSION_UNSUPPORTED)$/);
      }
    }),
  );
});
