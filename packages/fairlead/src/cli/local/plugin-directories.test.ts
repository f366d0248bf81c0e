import assert from "node:assert/strict";
import { test } from "node:test";
import { requirePlugins } from "./plugin-directories.ts";

test("every plugin of the network must be in one of the directories", () => {
  const files = new Set(["/a/bridge", "/b/host-local", "/b/portmap"]);
  requirePlugins("/a:/b", (path) => files.has(path));
  assert.throws(() => requirePlugins("/b", (path) => files.has(path)), {
    code: "FLAG_INVALID",
    message: /^--network_cni_plugins_dir: no bridge in \/b; install containernetworking-plugins/,
  });
});
