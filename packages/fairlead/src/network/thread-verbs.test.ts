import assert from "node:assert/strict";
import { test } from "node:test";
import { CniError, type JsonObject, type PluginCall } from "@fairlead/cni";
import { recordingExec } from "@fairlead/cni/testing";
import { threadVerbs } from "./thread-verbs.ts";
import type { NetworkTask, NetworkTaskResult } from "./worker/messages.ts";

const live = new AbortController().signal;
const ADDRESS = { ips: [{ address: "10.0.0.2/24" }] };

/** Both sides write down what they get; `inThread` and `asProcess` say what comes of it. */
function make({
  inThread = () => ({ made: true }),
  asProcess = (call) => (call.command === "ADD" ? ADDRESS : undefined),
}: {
  inThread?: (call: PluginCall, signal?: AbortSignal) => JsonObject | undefined;
  asProcess?: (call: PluginCall) => JsonObject | undefined;
} = {}) {
  const calls: string[] = [];
  const worker = {
    async run<Task extends NetworkTask>(task: Task, signal?: AbortSignal): Promise<NetworkTaskResult[Task["kind"]]> {
      assert.ok(task.kind === "plugin");
      const with_ = task.ipamProcess === undefined ? "" : ` with ${JSON.stringify(task.ipamProcess.result)}`;
      calls.push(`thread ${task.call.command} ${task.call.type}${with_}`);
      signal?.throwIfAborted();
      return inThread(task.call, signal) as NetworkTaskResult[Task["kind"]]; // a plugin's
    },
  };
  const processes = recordingExec((call) => {
    calls.push(`process ${call.command} ${call.type}`);
    return asProcess(call);
  });
  return { calls, verbs: threadVerbs({ worker, types: new Set(["bridge", "portmap", "host-local"]), processes }) };
}

const call = (command: PluginCall["command"], ipamType?: string, type = "bridge"): PluginCall => ({
  command,
  type,
  config: { name: "n", ...(ipamType === undefined ? {} : { ipam: { type: ipamType } }) },
});

test("where IPAM is built in, or there is none, the thread does all", async () => {
  const { calls, verbs } = make();
  assert.deepEqual(await verbs.add(call("ADD", "host-local"), live), { made: true });
  await verbs.del(call("DEL"), live);
  assert.deepEqual(calls, ["thread ADD bridge", "thread DEL bridge"]);
});

test("an IPAM plugin that is a process runs first, and the thread gets its result", async () => {
  const { calls, verbs } = make();
  await verbs.add(call("ADD", "whereabouts"), live);
  await verbs.del(call("DEL", "whereabouts"), live);
  await verbs.check(call("CHECK", "whereabouts"), live);
  await verbs.gc(call("GC", "whereabouts"), live);
  await verbs.status(call("STATUS", "whereabouts"), live);
  assert.deepEqual(calls, [
    "process ADD whereabouts",
    `thread ADD bridge with ${JSON.stringify(ADDRESS)}`,
    ...["DEL", "CHECK", "GC", "STATUS"].flatMap((command) => [
      `process ${command} whereabouts`,
      `thread ${command} bridge with undefined`,
    ]),
  ]);
});

test("plugins without addresses do not look at what stands in ipam", async () => {
  const { calls, verbs } = make();
  await verbs.add(call("ADD", "whereabouts", "portmap"), live);
  assert.deepEqual(calls, ["thread ADD portmap"]);
});

test("where IPAM needs the interface, the whole plugin is a process", async () => {
  const { calls, verbs } = make();
  assert.deepEqual(await verbs.add(call("ADD", "dhcp"), live), ADDRESS);
  await verbs.del(call("DEL", "dhcp"), live);
  assert.deepEqual(calls, ["process ADD bridge", "process DEL bridge"]);
});

test("an ADD that fails in the thread gives its address back", async () => {
  const failure = new CniError("CNI_PLUGIN_FAILED", "no bridge");
  const { calls, verbs } = make({
    inThread: () => {
      throw failure;
    },
  });
  await assert.rejects(verbs.add(call("ADD", "whereabouts"), live), failure);
  assert.deepEqual(calls.at(-1), "process DEL whereabouts");
  assert.equal(calls.length, 3, "what the thread undid needs no DEL");
});

test("one that IPAM refuses does not come to the thread", async () => {
  const failure = new CniError("CNI_PLUGIN_FAILED", "pool is empty", { pluginCode: 11 });
  const { calls, verbs } = make({
    asProcess: () => {
      throw failure;
    },
  });
  await assert.rejects(verbs.add(call("ADD", "whereabouts"), live), failure);
  assert.deepEqual(calls, ["process ADD whereabouts"]);
});

test("an ADD aborted between the IPAM process and the thread, or within the thread, leaves neither interface nor address", async () => {
  const reason = new Error("enough");
  for (const when of ["between", "within"]) {
    const abort = new AbortController();
    const { calls, verbs } = make({
      asProcess: ({ command }) => {
        if (command === "ADD" && when === "between") abort.abort(reason);
        return command === "ADD" ? ADDRESS : undefined;
      },
      inThread: ({ command }) => {
        if (command !== "ADD") return undefined;
        abort.abort(reason);
        throw reason;
      },
    });
    await assert.rejects(verbs.add(call("ADD", "whereabouts"), abort.signal), reason);
    assert.deepEqual(calls.slice(2), ["thread DEL bridge with undefined", "process DEL whereabouts"]);
  }
});

test("a failure in giving back is not told instead of the one before", async () => {
  const { verbs } = make({
    inThread: () => {
      throw new Error("no bridge");
    },
    asProcess: ({ command }) => {
      if (command === "DEL") throw new Error("no daemon");
      return ADDRESS;
    },
  });
  await assert.rejects(verbs.add(call("ADD", "whereabouts"), live), /no bridge/);
});

test("DEL and GC go on after a failure of the IPAM process, and tell all that failed", async () => {
  for (const command of ["DEL", "GC"] as const) {
    const { calls, verbs } = make({
      asProcess: () => {
        throw new CniError("CNI_PLUGIN_FAILED", "no daemon");
      },
      inThread: () => {
        throw new CniError("CNI_PLUGIN_FAILED", "no netlink");
      },
    });
    const run = command === "DEL" ? verbs.del : verbs.gc;
    await assert.rejects(run(call(command, "whereabouts"), live), (error) => {
      assert.ok(error instanceof CniError);
      assert.equal(error.message, "no daemon");
      assert.deepEqual(
        error.others.map(({ message }) => message),
        ["no netlink"],
      );
      return true;
    });
    assert.equal(calls.length, 2);
  }
  const { calls, verbs } = make({
    asProcess: () => {
      throw new CniError("CNI_PLUGIN_FAILED", "no daemon");
    },
  });
  await assert.rejects(verbs.del(call("DEL", "whereabouts"), live), { message: "no daemon", others: [] });
  await assert.rejects(verbs.check(call("CHECK", "whereabouts"), live), { message: "no daemon" });
  assert.deepEqual(calls.slice(2), ["process CHECK whereabouts"]);
});

test("an aborted DEL is an aborted one", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const { verbs } = make({
    asProcess: () => {
      abort.abort(reason);
      throw new CniError("CNI_PLUGIN_ABORTED", "was killed on request");
    },
  });
  await assert.rejects(verbs.del(call("DEL", "whereabouts"), abort.signal), reason);
});
