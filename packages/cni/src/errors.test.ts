import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError } from "./errors.ts";

test("with() keeps what it does not name", () => {
  const cause = new Error("below");
  const error = new CniError("CNI_PLUGIN_FAILED", "no", { plugin: "bridge", pluginCode: 7, details: "d", cause });
  const named = error.with({ network: "blue" });
  assert.equal(named.code, "CNI_PLUGIN_FAILED");
  assert.equal(named.message, "no");
  assert.equal(named.plugin, "bridge");
  assert.equal(named.network, "blue");
  assert.equal(named.pluginCode, 7);
  assert.equal(named.cause, cause);
  assert.deepEqual(named.others, []);
});

test("from() passes a CniError on and wraps everything else", () => {
  const error = new CniError("CNI_PLUGIN_TIMEOUT", "slow");
  assert.equal(CniError.from(error), error);
  const wrapped = CniError.from("text", { plugin: "p" });
  assert.equal(wrapped.code, "CNI_PLUGIN_FAILED");
  assert.equal(wrapped.message, "text");
  assert.equal(wrapped.plugin, "p");
  assert.equal(wrapped.cause, "text");
});
