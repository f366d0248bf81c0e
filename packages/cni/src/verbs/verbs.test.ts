import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNetworkConfig } from "../conf/parse-network-config.ts";
import { CniError } from "../errors.ts";
import type { PluginCall } from "../exec/plugin-exec.ts";
import { type RecordingExec, recordingExec } from "../exec/recording-exec.ts";
import type { JsonObject } from "../json.ts";
import { addNetworkList } from "./add.ts";
import { checkNetworkList } from "./check.ts";
import { delNetworkList } from "./del.ts";
import { gcNetworkList } from "./gc.ts";
import { pluginVersions } from "./plugin-versions.ts";
import type { RuntimeConf } from "./runtime-conf.ts";
import { statusNetworkList } from "./status.ts";

const CONF: RuntimeConf = {
  containerId: "c1",
  netns: "/ns",
  ifName: "eth0",
  args: [["A", "1"]],
  capabilityArgs: { mac: "00:00:00:00:00:01" },
};

function listOf(cniVersion: string, more: JsonObject = {}) {
  const plugins = [{ type: "a" }, { type: "b", capabilities: { mac: true } }, { type: "c" }];
  return parseNetworkConfig({ name: "n", cniVersion, plugins, ...more });
}

/** Plugins that each add an address named after them, and fail where told. */
function chain(failing: Readonly<Record<string, number>> = {}): RecordingExec {
  return recordingExec(({ command, type, config }) => {
    const pluginCode = failing[`${command} ${type}`];
    if (pluginCode !== undefined) {
      throw new CniError("CNI_PLUGIN_FAILED", `${command} ${type} fails`, { pluginCode });
    }
    if (command !== "ADD") {
      return undefined;
    }
    // prevResult is what this very function answered before
    const prev = config.prevResult as { ips: JsonObject[] } | undefined;
    const octet = type.charCodeAt(0);
    return { cniVersion: config.cniVersion, ips: [...(prev?.ips ?? []), { address: `10.0.0.${octet}/24` }], by: type };
  });
}

const verbs = ({ calls }: RecordingExec) => calls.map(({ command, type }) => `${command} ${type}`);
const configOf = ({ calls }: RecordingExec, index: number) => calls[index]?.config ?? assert.fail("no such call");

test("ADD goes forward and hands each result on as it was printed", async () => {
  const exec = chain();
  const { result, prevResult } = await addNetworkList(exec, listOf("1.0.0"), CONF);
  assert.deepEqual(verbs(exec), ["ADD a", "ADD b", "ADD c"]);
  assert.deepEqual(
    result.ips.map((ip) => ip.address),
    ["10.0.0.97/24", "10.0.0.98/24", "10.0.0.99/24"],
  );
  assert.equal(prevResult.by, "c");
  const expected: PluginCall = {
    command: "ADD",
    type: "b",
    config: {
      type: "b",
      name: "n",
      cniVersion: "1.0.0",
      runtimeConfig: { mac: "00:00:00:00:00:01" },
      prevResult: { cniVersion: "1.0.0", ips: [{ address: "10.0.0.97/24" }], by: "a" },
    },
    containerId: "c1",
    netns: "/ns",
    ifName: "eth0",
    args: "A=1",
  };
  assert.deepEqual(exec.calls[1], expected);
  assert.equal("prevResult" in configOf(exec, 0), false);
});

test("a result in another version is converted for the next plugin", async () => {
  const exec = recordingExec(() => ({ ip4: { ip: "10.0.0.2/24", gateway: "10.0.0.1" } }));
  const { prevResult } = await addNetworkList(exec, listOf("0.4.0"), CONF);
  const converted = { cniVersion: "0.4.0", ips: [{ version: "4", address: "10.0.0.2/24", gateway: "10.0.0.1" }] };
  assert.deepEqual(configOf(exec, 1).prevResult, converted);
  assert.deepEqual(prevResult, converted);
});

test("a failed ADD is undone in reverse, the failed plugin first, and its error is the one thrown", async () => {
  const exec = chain({ "ADD b": 7, "DEL a": 5 });
  await assert.rejects(addNetworkList(exec, listOf("1.0.0"), CONF), (error) => {
    assert.ok(error instanceof CniError);
    assert.equal(error.message, "ADD b fails");
    assert.equal(error.pluginCode, 7);
    assert.equal(error.plugin, "b");
    assert.equal(error.network, "n");
    assert.deepEqual(
      error.others.map(({ message, plugin }) => [message, plugin]),
      [["DEL a fails", "a"]],
    );
    return true;
  });
  assert.deepEqual(verbs(exec), ["ADD a", "ADD b", "DEL b", "DEL a"]);
  assert.deepEqual(configOf(exec, 2).prevResult, configOf(exec, 1).prevResult);
});

test("a result that is none is undone as well", async () => {
  const exec = recordingExec(({ command }) => (command === "ADD" ? { ips: "none" } : undefined));
  await assert.rejects(addNetworkList(exec, listOf("1.0.0"), CONF), {
    code: "CNI_RESULT_INVALID",
    plugin: "a",
    network: "n",
  });
  assert.deepEqual(verbs(exec), ["ADD a", "DEL a"]);
});

test("nothing runs when a plugin is missing or an argument is refused", async () => {
  const exec = recordingExec(() => ({}), ["a", "b"]);
  await assert.rejects(addNetworkList(exec, listOf("1.0.0"), CONF), { code: "CNI_PLUGIN_NOT_FOUND", plugin: "c" });
  await assert.rejects(addNetworkList(exec, listOf("1.0.0"), { ...CONF, containerId: "a/b" }), {
    code: "CNI_ARGUMENT_INVALID",
  });
  assert.deepEqual(exec.calls, []);
});

test("the undoing does not hear the signal that ended the ADD", async () => {
  const abort = new AbortController();
  const signals: (AbortSignal | undefined)[] = [];
  const exec = recordingExec(({ command }, signal) => {
    signals.push(signal);
    if (command === "ADD") {
      throw new CniError("CNI_PLUGIN_ABORTED", "ended");
    }
    return undefined;
  });
  await assert.rejects(addNetworkList(exec, listOf("1.0.0"), CONF, { signal: abort.signal }));
  assert.deepEqual(signals, [abort.signal, undefined]);
});

test("DEL goes backward, with prevResult from 0.4.0 on", async () => {
  const prevResult = { ips: [] };
  for (const [version, given] of [
    ["0.4.0", prevResult],
    ["1.1.0", prevResult],
    ["0.3.1", undefined],
    ["0.2.0", undefined],
  ] as const) {
    const exec = chain();
    await delNetworkList(exec, listOf(version), CONF, { prevResult });
    assert.deepEqual(verbs(exec), ["DEL c", "DEL b", "DEL a"]);
    assert.deepEqual(
      exec.calls.map((call) => call.config.prevResult),
      [given, given, given],
    );
    assert.deepEqual(configOf(exec, 1).runtimeConfig, { mac: "00:00:00:00:00:01" });
  }
});

test("DEL needs neither prevResult nor namespace, goes on after failures and reports them all", async () => {
  const exec = chain({ "DEL c": 5, "DEL a": 7 });
  await assert.rejects(delNetworkList(exec, listOf("1.0.0"), { ...CONF, netns: undefined }), (error) => {
    assert.ok(error instanceof CniError);
    assert.deepEqual([error.plugin, ...error.others.map((other) => other.plugin)], ["c", "a"]);
    return true;
  });
  assert.deepEqual(verbs(exec), ["DEL c", "DEL b", "DEL a"]);
  assert.equal(exec.calls[0]?.netns, undefined);
});

test("DEL of a container that the plugin does not know has nothing to do", async () => {
  await delNetworkList(chain({ "DEL b": 3 }), listOf("1.0.0"), CONF);
});

test("CHECK goes forward and stops at the first fault", async () => {
  const exec = chain({ "CHECK b": 100 });
  const prevResult = { ips: [] };
  await assert.rejects(checkNetworkList(exec, listOf("0.4.0"), CONF, { prevResult }), { pluginCode: 100 });
  assert.deepEqual(verbs(exec), ["CHECK a", "CHECK b"]);
  assert.deepEqual(configOf(exec, 0).prevResult, prevResult);
  assert.equal(await checkNetworkList(chain(), listOf("0.4.0"), CONF, { prevResult }), "done");
});

test("CHECK is left out where the version or the configuration says so", async () => {
  const exec = chain();
  const given = { prevResult: {} };
  assert.equal(await checkNetworkList(exec, listOf("0.3.1"), CONF, given), "unsupported");
  assert.equal(await checkNetworkList(exec, listOf("1.0.0", { disableCheck: true }), CONF, given), "disabled");
  assert.deepEqual(exec.calls, []);
});

test("GC tells every plugin what is still valid, and goes on after failures", async () => {
  const exec = chain({ "GC a": 5 });
  const valid = [{ containerId: "c1", ifName: "eth0" }];
  await assert.rejects(gcNetworkList(exec, listOf("1.1.0"), valid), { plugin: "a", network: "n", others: [] });
  assert.deepEqual(verbs(exec), ["GC a", "GC b", "GC c"]);
  assert.deepEqual(exec.calls[1], {
    command: "GC",
    type: "b",
    config: {
      type: "b",
      name: "n",
      cniVersion: "1.1.0",
      "cni.dev/valid-attachments": [{ containerID: "c1", ifname: "eth0" }],
    },
  });
  assert.equal(await gcNetworkList(chain(), listOf("1.1.0"), []), "done");
  assert.equal(await gcNetworkList(exec, listOf("1.0.0"), valid), "unsupported");
  assert.equal(await gcNetworkList(exec, listOf("1.1.0", { disableGC: true }), valid), "disabled");
  assert.equal(exec.calls.length, 3);
});

test("STATUS passes on the first refusal", async () => {
  const exec = chain({ "STATUS b": 50 });
  await assert.rejects(statusNetworkList(exec, listOf("1.1.0")), { pluginCode: 50 });
  assert.deepEqual(verbs(exec), ["STATUS a", "STATUS b"]);
  assert.equal(await statusNetworkList(chain(), listOf("1.1.0")), "done");
  assert.equal(await statusNetworkList(exec, listOf("1.0.0")), "unsupported");
});

test("VERSION gives what the plugin supports; one that does not know the verb is of 0.1.0", async () => {
  const answers = (output: JsonObject) => recordingExec(() => output);
  assert.deepEqual(await pluginVersions(answers({ supportedVersions: ["0.4.0", "9.0.0"] }), "p"), ["0.4.0", "9.0.0"]);
  await assert.rejects(pluginVersions(answers({}), "p"), { code: "CNI_RESULT_INVALID", plugin: "p" });
  const old = recordingExec(() => {
    throw new CniError("CNI_PLUGIN_FAILED", "failed with code 4: unknown CNI_COMMAND: VERSION");
  });
  assert.deepEqual(await pluginVersions(old, "p"), ["0.1.0"]);
  await assert.rejects(pluginVersions(chain({ "VERSION p": 5 }), "p"), { pluginCode: 5 });
});
