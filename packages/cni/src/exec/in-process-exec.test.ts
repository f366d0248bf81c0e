import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError } from "../errors.ts";
import { type InProcessPlugin, inProcessExec } from "./in-process-exec.ts";
import type { CniCommand, PluginCall } from "./plugin-exec.ts";

function call(command: CniCommand, cniVersion = "1.0.0"): PluginCall {
  return { command, type: "p", config: { name: "n", cniVersion } };
}

function execOf(plugin: Partial<InProcessPlugin>, options?: { timeoutMs: number }) {
  const verb = (name: string) => async () => {
    throw new Error(name);
  };
  const whole: InProcessPlugin = {
    supportedVersions: ["0.4.0", "1.0.0"],
    add: verb("add"),
    del: verb("del"),
    check: verb("check"),
    gc: verb("gc"),
    status: verb("status"),
    ...plugin,
  };
  return inProcessExec(new Map([["p", whole]]), options);
}

test("each verb goes to its method; what it throws becomes a coded error", async () => {
  const exec = execOf({});
  for (const command of ["ADD", "DEL", "CHECK", "GC", "STATUS"] as const) {
    await assert.rejects(exec.run(call(command)), {
      code: "CNI_PLUGIN_FAILED",
      plugin: "p",
      network: "n",
      message: `CNI plugin p (${command}, network n) failed: ${command.toLowerCase()}`,
    });
  }
  assert.deepEqual(await exec.run(call("VERSION")), { cniVersion: "1.0.0", supportedVersions: ["0.4.0", "1.0.0"] });
  assert.equal(await exec.has("q"), false);
  await assert.rejects(exec.run({ ...call("ADD"), type: "q" }), { code: "CNI_PLUGIN_NOT_FOUND" });
});

test("a CniError keeps its code and the plugin's own", async () => {
  const exec = execOf({
    add: async () => {
      throw new CniError("CNI_PLUGIN_FAILED", "full", { pluginCode: 11 });
    },
  });
  await assert.rejects(exec.run(call("ADD")), { pluginCode: 11, plugin: "p", network: "n", message: "full" });
});

test("a version that it does not support is code 1, as from a process", async () => {
  await assert.rejects(execOf({}).run(call("ADD", "0.2.0")), { code: "CNI_PLUGIN_FAILED", pluginCode: 1 });
});

test("a plugin learns of the deadline and of the caller's signal", async () => {
  const add = (_: PluginCall, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await assert.rejects(execOf({ add }, { timeoutMs: 1 }).run(call("ADD")), { code: "CNI_PLUGIN_TIMEOUT" });
  const abort = new AbortController();
  const run = execOf({ add }).run(call("ADD"), abort.signal);
  abort.abort();
  await assert.rejects(run, { code: "CNI_PLUGIN_ABORTED" });
  await assert.rejects(execOf({ add }).run(call("ADD"), AbortSignal.abort()), { code: "CNI_PLUGIN_ABORTED" });
});
