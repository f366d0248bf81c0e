import assert from "node:assert/strict";
import { test } from "node:test";
import { recordingExec } from "@fairlead/cni/testing";
import { builtInExec } from "./built-in-exec.ts";
import { builtInPlugins } from "./built-in-plugins.ts";
import { BUILT_IN_TYPES } from "./built-in-types.ts";

const noWorker = { run: () => assert.fail("nothing is asked of the thread") };
const exec = (types: string[]) =>
  builtInExec({ worker: noWorker, types: new Set(types), processes: recordingExec(() => ({})), timeoutMs: 1000 });

test("only the types that are wanted are found, of those that are built in", async () => {
  const some = exec(["host-local", "no-such"]);
  assert.equal(await some.has("host-local"), true);
  assert.equal(await some.has("static"), false);
  assert.equal(await some.has("no-such"), false);
});

test("the versions are told, and required, without the thread", async () => {
  const all = exec([...BUILT_IN_TYPES.keys()]);
  for (const [type, supportedVersions] of BUILT_IN_TYPES) {
    const config = { cniVersion: "1.1.0", name: "n" };
    assert.deepEqual(await all.run({ command: "VERSION", type, config }), { cniVersion: "1.1.0", supportedVersions });
    await assert.rejects(all.run({ command: "ADD", type, config: { ...config, cniVersion: "9.9.9" } }), {
      pluginCode: 1,
    });
  }
});

test("every type that is told to be built in is", () => {
  assert.deepEqual([...BUILT_IN_TYPES.keys()].toSorted(), [...builtInPlugins.keys()].toSorted());
});
