import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { FairleadError } from "../../../../../base/errors.ts";
import { networkError } from "./network-error.ts";

const NAME = { containerId: "c1" as ContainerId, network: "blue", ifName: "eth0" };

test("the error names the network and holds the plugin's words, and those of what failed besides", () => {
  const others = [new CniError("CNI_PLUGIN_FAILED", "DEL failed too")];
  const cause = new CniError("CNI_PLUGIN_FAILED", "no addresses left", { plugin: "bridge", others });
  const error = networkError("attach", NAME, cause);
  assert.equal(error.code, "NETWORK_FAILED");
  assert.equal(error.message, "Failed to attach container c1 to CNI network 'blue': no addresses left; DEL failed too");
  assert.deepEqual(error.data, { ...NAME, plugin: "bridge", cniCode: "CNI_PLUGIN_FAILED" });
  assert.equal(error.cause, cause);
});

test("a plugin that is not there is told in Mesos's words", () => {
  const cause = new CniError("CNI_PLUGIN_NOT_FOUND", "x", { plugin: "bridge" });
  assert.equal(
    networkError("attach", NAME, cause).message,
    "Unable to find the plugin bridge required to attach c1 to network 'blue'",
  );
  assert.equal(
    networkError("detach", NAME, cause).message,
    "Unable to find the plugin bridge required to detach c1 from network 'blue'",
  );
});

test("an error of ours stays as it is, any other is wrapped", () => {
  const own = new FairleadError("NAMESPACE_FAILED", "x");
  assert.equal(networkError("attach", NAME, own), own);
  const error = networkError("detach", NAME, new Error("disk full"));
  assert.equal(error.message, "Failed to detach container c1 from CNI network 'blue': disk full");
});
