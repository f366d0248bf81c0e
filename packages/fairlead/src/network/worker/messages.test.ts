import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError } from "@fairlead/cni";
import { toError, toErrorMessage } from "./messages.ts";

test("an error crosses to the other thread as what it is", () => {
  const error = new CniError("CNI_PLUGIN_FAILED", "full", { pluginCode: 11, details: "of blue", cause: () => {} });
  const copy = toError(structuredClone(toErrorMessage(error)));
  assert.ok(copy instanceof CniError);
  assert.deepEqual(
    [copy.code, copy.message, copy.pluginCode, copy.details],
    ["CNI_PLUGIN_FAILED", "full", 11, "of blue"],
  );
});
