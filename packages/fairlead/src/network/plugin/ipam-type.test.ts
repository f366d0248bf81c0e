import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@fairlead/cni";
import { ipamType } from "./ipam-type.ts";

const typeOf = (ipam: JsonValue | undefined) => ipamType({ config: ipam === undefined ? {} : { ipam } });

test("the type of the IPAM plugin, if there is one", () => {
  assert.equal(typeOf({ type: "host-local" }), "host-local");
  for (const none of [undefined, null, {}, { type: "" }]) assert.equal(typeOf(none), undefined);
});

test("what is no IPAM is refused with the code of the reference plugins", () => {
  for (const bad of ["host-local", ["host-local"], { type: 5 }]) {
    assert.throws(() => typeOf(bad), { code: "CNI_PLUGIN_FAILED", pluginCode: 999 });
  }
});
