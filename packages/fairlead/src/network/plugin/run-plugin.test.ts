import assert from "node:assert/strict";
import { test } from "node:test";
import type { CniCommand, JsonObject, PluginCall } from "@fairlead/cni";
import type { BuiltInPlugin } from "./built-in-plugin.ts";
import type { Ipam } from "./ipam.ts";
import type { Kernel } from "./kernel.ts";
import { runPlugin } from "./run-plugin.ts";

// the plugins here do nothing with it
const kernel = {} as Kernel;

const RESULT = { cniVersion: "1.0.0", ips: [{ address: "10.0.0.2/24" }] };

/** Plugins that write down what they are asked: `wire` has the same asked of its IPAM plugin. */
function make(addressResult: JsonObject = RESULT) {
  const calls: string[] = [];
  const plugin = (name: string, add: (ipam: Ipam) => JsonObject): BuiltInPlugin => {
    const verb = (command: CniCommand, ask: (ipam: Ipam) => void) => (_: Kernel, call: PluginCall, ipam: Ipam) => {
      calls.push(`${name} ${command} ${call.type}`);
      ask(ipam);
    };
    return {
      add: (_, call, ipam) => {
        calls.push(`${name} ADD ${call.type}`);
        return add(ipam);
      },
      del: verb("DEL", (ipam) => ipam.del()),
      check: verb("CHECK", (ipam) => ipam.check()),
      gc: verb("GC", (ipam) => ipam.gc()),
      status: verb("STATUS", (ipam) => ipam.status()),
    };
  };
  const plugins = new Map([
    [
      "wire",
      plugin("wire", (ipam) => ({ configured: ipam.isConfigured, ips: ipam.add().ips.map(({ address }) => address) })),
    ],
    ["pool", plugin("pool", () => addressResult)],
  ]);
  const run = (command: CniCommand, ipam?: JsonObject | string, ipamResult?: JsonObject, cniVersion = "1.1.0") => {
    const call = { command, type: "wire", config: { cniVersion, name: "n", ipam } };
    return runPlugin(plugins, kernel, call, ipamResult && { result: ipamResult });
  };
  return { run, calls, plugins };
}

test("a built-in IPAM plugin runs within the verb of the plugin that asks it", () => {
  const { run, calls } = make();
  assert.deepEqual(run("ADD", { type: "pool" }), { configured: true, ips: ["10.0.0.2/24"] });
  for (const command of ["DEL", "CHECK", "GC", "STATUS"] as const)
    assert.equal(run(command, { type: "pool" }), undefined);
  assert.deepEqual(
    calls,
    ["ADD", "DEL", "CHECK", "GC", "STATUS"].flatMap((command) => [`wire ${command} wire`, `pool ${command} pool`]),
  );
});

test("the result of an IPAM process is used, and the process is not run again", () => {
  const { run, calls } = make();
  assert.deepEqual(run("ADD", { type: "other" }, RESULT), { configured: true, ips: ["10.0.0.2/24"] });
  run("DEL", { type: "other" }, {});
  assert.deepEqual(calls, ["wire ADD wire", "wire DEL wire"]);
});

test("there may be no IPAM plugin", () => {
  const { run } = make();
  for (const ipam of [undefined, {}, { type: "" }]) {
    assert.throws(() => run("ADD", ipam), { pluginCode: 999, message: "no IPAM plugin is configured" });
    run("DEL", ipam);
  }
  assert.throws(() => run("ADD", "pool"), { pluginCode: 999 });
  assert.throws(() => run("ADD", { type: "unknown" }), /bug: unknown is not built in/);
});

test("an address is given back when its result is none", () => {
  const { run, calls } = make({ ips: [{ address: "here" }] });
  assert.throws(() => run("ADD", { type: "pool" }), { code: "CNI_RESULT_INVALID" });
  assert.deepEqual(calls, ["wire ADD wire", "pool ADD pool", "pool DEL pool"]);
});

test("CHECK, GC and STATUS are of the versions that have them", () => {
  const { run, calls } = make();
  for (const [command, before, since] of [
    ["CHECK", "0.3.1", "0.4.0"],
    ["GC", "1.0.0", "1.1.0"],
    ["STATUS", "1.0.0", "1.1.0"],
  ] as const) {
    assert.throws(() => run(command, undefined, undefined, before), {
      pluginCode: 1,
      message: `config version does not allow ${command}`,
    });
    run(command, undefined, undefined, since);
  }
  assert.equal(calls.length, 3);
});

test("what cannot come to the thread is a bug", () => {
  const { run, plugins } = make();
  assert.throws(() => run("VERSION"), /^Error: bug: VERSION/);
  const call = { command: "ADD", type: "none", config: {} } as const;
  assert.throws(() => runPlugin(plugins, kernel, call, undefined), /^Error: bug: none is not built in/);
});
