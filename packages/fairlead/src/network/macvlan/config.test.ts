import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { parseMacvlanConfig } from "./config.ts";

const parse = (config: JsonObject, args?: string) => parseMacvlanConfig({ config, args });

test("nothing said means the reference's defaults", () => {
  assert.deepEqual(parse({}), {
    master: undefined,
    linkInContainer: false,
    mode: "bridge",
    mtu: 0,
    mac: undefined,
    bcQueueLength: undefined,
    dns: undefined,
    hasIpam: false,
  });
});

test("of several MAC addresses the capability's counts, then that of CNI_ARGS, then the configuration's", () => {
  assert.equal(parse({ mac: "own", runtimeConfig: { mac: "capability" } }, "MAC=env").mac, "capability");
  assert.equal(parse({ mac: "own" }, "MAC=env").mac, "env");
  assert.equal(parse({ mac: "own" }).mac, "own");
});

test("modes", () => {
  for (const mode of ["bridge", "private", "vepa", "passthru"]) assert.equal(parse({ mode }).mode, mode);
  assert.throws(() => parse({ mode: "source" }), { pluginCode: 999, message: 'unknown macvlan mode: "source"' });
});
