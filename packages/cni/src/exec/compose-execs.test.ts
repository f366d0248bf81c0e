import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig } from "../conf/parse-network-config.ts";
import { addNetworkList } from "../verbs/add.ts";
import { composeExecs } from "./compose-execs.ts";
import { type InProcessPlugin, inProcessExec } from "./in-process-exec.ts";
import { processExec } from "./process-exec.ts";
import { recordingExec } from "./recording-exec.ts";
import { shellPlugins } from "./shell-plugins.fixture.ts";

test("the first exec that has the type runs it", async () => {
  const one = recordingExec(() => ({ from: 1 }), ["a"]);
  const two = recordingExec(() => ({ from: 2 }));
  const exec = composeExecs(one, two);
  assert.deepEqual(await exec.run({ command: "ADD", type: "a", config: {} }), { from: 1 });
  assert.deepEqual(await exec.run({ command: "ADD", type: "b", config: {} }), { from: 2 });
  assert.equal(one.calls.length, 1);
});

test("a type that no exec has is not found", async () => {
  const exec = composeExecs(recordingExec(() => ({}), ["a"]));
  assert.equal(await exec.has("b"), false);
  await assert.rejects(exec.run({ command: "ADD", type: "b", config: { name: "n" } }), {
    code: "CNI_PLUGIN_NOT_FOUND",
    plugin: "b",
    network: "n",
  });
});

test("one chain may mix built-in plugins and processes", async (t) => {
  const nothing = async () => {};
  const bridge: InProcessPlugin = {
    supportedVersions: ["1.0.0"],
    add: async () => ({ cniVersion: "1.0.0", ips: [{ address: "10.0.0.2/24" }], vendor: 1 }),
    del: nothing,
    check: nothing,
    gc: nothing,
    status: nothing,
  };
  const searchPath = [await shellPlugins(t, { bridge: "exit 9", echo: `sed 's/.*"prevResult"://; s/}$//'` })];
  const exec = composeExecs(inProcessExec(new Map([["bridge", bridge]])), processExec({ searchPath }));
  const list = parseNetworkConfig({ name: "n", cniVersion: "1.0.0", plugins: [{ type: "bridge" }, { type: "echo" }] });
  const { result, prevResult } = await addNetworkList(exec, list, { containerId: "c", netns: "/ns", ifName: "eth0" });
  assert.deepEqual(result.ips, [{ address: "10.0.0.2/24" }]);
  assert.equal(prevResult.vendor, 1);
});
