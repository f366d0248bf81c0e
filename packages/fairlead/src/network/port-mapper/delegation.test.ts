import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError, type JsonObject, type PluginCall, type PluginExec } from "@fairlead/cni";
import { delegatingVerbs } from "./delegation.ts";

const OLD_RESULT: JsonObject = {
  cniVersion: "0.2.0",
  ip4: { ip: "10.0.0.2/24", gateway: "10.0.0.1", routes: [{ dst: "0.0.0.0/0" }] },
  dns: { nameservers: ["10.0.0.1"] },
  extra: true,
};
const NEW_RESULT: JsonObject = { cniVersion: "1.0.0", ips: [{ address: "fd00::2/64" }], dns: {}, extra: true };

const args: JsonObject = { "org.apache.mesos": { network_info: { name: "blue" } } };
const config: JsonObject = {
  cniVersion: "1.0.0",
  name: "blue",
  type: "mesos-cni-port-mapper",
  chain: "MESOS-BLUE",
  args,
  delegate: { type: "bridge", bridge: "mesos0", name: "other" },
};
const signal = new AbortController().signal;

/** All that happens, in its order: who does what. */
class Steps {
  readonly calls: [who: string, call: PluginCall][] = [];
  delegateResult: JsonObject | undefined = OLD_RESULT;
  readonly failing = new Set<string>();

  readonly verbs = delegatingVerbs({
    mapPorts: async (call) => this.#take("ports", call),
    delegates: {
      has: async (type) => type === "bridge",
      run: async (call) => {
        this.#take("delegate", call);
        return call.command === "ADD" ? this.delegateResult : undefined;
      },
    } satisfies PluginExec,
  });

  get order(): string[] {
    return this.calls.map(([who, { command }]) => `${who} ${command}`);
  }

  #take(who: string, call: PluginCall): void {
    this.calls.push([who, call]);
    const step = `${who} ${call.command}`;
    if (this.failing.has(step)) throw new CniError("CNI_PLUGIN_FAILED", `${step} fails`, { pluginCode: 42 });
  }
}

const call = (command: PluginCall["command"], more: JsonObject = {}): PluginCall => ({
  command,
  type: "mesos-cni-port-mapper",
  config: { ...config, ...more },
  containerId: "c1",
  netns: "/run/netns/c1",
  ifName: "eth0",
  args: "A=b",
});

test("ADD runs the delegate with the network's name and args, then maps ports to what it gave", async () => {
  const steps = new Steps();
  await steps.verbs.add(call("ADD"), signal);
  assert.deepEqual(steps.calls, [
    ["delegate", { ...call("ADD"), type: "bridge", config: { type: "bridge", bridge: "mesos0", name: "blue", args } }],
    ["ports", call("ADD", { cniVersion: "0.1.0", prevResult: OLD_RESULT })],
  ]);
});

test("an old result is given as Mesos's plugin prints it, a new one as it is", async () => {
  const steps = new Steps();
  assert.deepEqual(await steps.verbs.add(call("ADD"), signal), { ip4: OLD_RESULT.ip4, dns: OLD_RESULT.dns });
  steps.delegateResult = NEW_RESULT;
  assert.deepEqual(await steps.verbs.add(call("ADD"), signal), NEW_RESULT);
});

test("the delegate's ADD is undone when the ports cannot be mapped", async () => {
  const steps = new Steps();
  steps.failing.add("ports ADD").add("delegate DEL");
  await assert.rejects(steps.verbs.add(call("ADD"), signal), { pluginCode: 42, message: "ports ADD fails" });
  assert.deepEqual(steps.order, ["delegate ADD", "ports ADD", "delegate DEL"]);
});

test("a delegate that fails has code 102, and nothing is mapped", async () => {
  const steps = new Steps();
  steps.failing.add("delegate ADD");
  await assert.rejects(steps.verbs.add(call("ADD"), signal), {
    pluginCode: 102,
    message: "Could not execute the delegate plugin 'bridge' for ADD command: delegate ADD fails",
  });
  assert.deepEqual(steps.order, ["delegate ADD"]);
});

for (const result of [undefined, {}, { cniVersion: "0.2.0", dns: {} }, { ips: [{ address: "nowhere" }] }]) {
  test(`a delegate that gives ${JSON.stringify(result)} has code 102, and is undone`, async () => {
    const steps = new Steps();
    steps.delegateResult = result;
    await assert.rejects(steps.verbs.add(call("ADD"), signal), { pluginCode: 102 });
    assert.deepEqual(steps.order, ["delegate ADD", "delegate DEL"]);
  });
}

test("bad arguments have code 101, and nothing is run", async () => {
  const steps = new Steps();
  for (const more of [{ chain: 1 }, { delegate: { type: "unknown" } }]) {
    await assert.rejects(steps.verbs.add(call("ADD", more), signal), { pluginCode: 101 });
    await assert.rejects(steps.verbs.del(call("DEL", more), signal), { pluginCode: 101 });
  }
  assert.deepEqual(steps.order, []);
});

test("DEL takes the ports first: the address may be given away at once", async () => {
  const steps = new Steps();
  await steps.verbs.del(call("DEL"), signal);
  assert.deepEqual(steps.order, ["ports DEL", "delegate DEL"]);
});

test("DEL keeps the address while ports lead to it", async () => {
  const steps = new Steps();
  steps.failing.add("ports DEL");
  await assert.rejects(steps.verbs.del(call("DEL"), signal), { pluginCode: 42 });
  assert.deepEqual(steps.order, ["ports DEL"]);
});

test("the newer verbs reach a delegate whose version has them", async () => {
  const valid = { "cni.dev/valid-attachments": [] };
  for (const [cniVersion, expected] of [
    ["0.3.1", ["ports CHECK", "ports GC", "ports STATUS"]],
    ["0.4.0", ["ports CHECK", "delegate CHECK", "ports GC", "ports STATUS"]],
    ["1.1.0", ["ports CHECK", "delegate CHECK", "ports GC", "delegate GC", "ports STATUS", "delegate STATUS"]],
  ] as const) {
    const steps = new Steps();
    const delegate = { type: "bridge", cniVersion };
    await steps.verbs.check(call("CHECK", { delegate, prevResult: NEW_RESULT }), signal);
    await steps.verbs.gc(call("GC", { delegate, ...valid }), signal);
    await steps.verbs.status(call("STATUS", { delegate }), signal);
    assert.deepEqual(steps.order, expected);
  }
});

test("the newer verbs pass on what is for the delegate, too", async () => {
  const steps = new Steps();
  const delegate = { type: "bridge", cniVersion: "1.1.0" };
  await steps.verbs.check(call("CHECK", { delegate, prevResult: NEW_RESULT }), signal);
  await steps.verbs.gc(call("GC", { delegate, "cni.dev/valid-attachments": [] }), signal);
  const [, check, , gc] = steps.calls.map(([, { config }]) => config);
  assert.deepEqual(check?.prevResult, NEW_RESULT);
  assert.deepEqual(gc?.["cni.dev/valid-attachments"], []);
});

test("an aborted run fails with its reason, and is undone", async () => {
  const steps = new Steps();
  const controller = new AbortController();
  const verbs = delegatingVerbs({
    mapPorts: async () => {
      controller.abort();
      controller.signal.throwIfAborted();
    },
    delegates: {
      has: async () => true,
      run: async ({ command }) => {
        steps.calls.push(["delegate", call(command)]);
        return NEW_RESULT;
      },
    },
  });
  await assert.rejects(verbs.add(call("ADD"), controller.signal), { name: "AbortError" });
  assert.deepEqual(steps.order, ["delegate ADD", "delegate DEL"]);
});
