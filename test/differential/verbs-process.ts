/** Runs the verbs of one world, in its network namespace. Started by `world.ts`, which talks to it over IPC. */
import {
  addNetworkList,
  CniError,
  checkNetworkList,
  composeExecs,
  delNetworkList,
  gcNetworkList,
  type JsonObject,
  type PluginExec,
  parseNetworkConfig,
  processExec,
  statusNetworkList,
} from "@fairlead/cni";
import { silentLogger } from "fairlead/base/log.ts";
import { builtInExec } from "fairlead/network/built-in-exec.ts";
import { BUILT_IN_TYPES } from "fairlead/network/built-in-types.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";
import { PLUGINS_DIR } from "../support/workspace.ts";
import type { NamespaceCall, Side, VerbAnswer, VerbCall, VerbReply, VerbRequest } from "./verbs.ts";

const timeoutMs = 30_000;
const worker = createNetworkWorker({ log: silentLogger, poolSize: Number(process.argv[2] ?? 0) });
const processes = processExec({ searchPath: [PLUGINS_DIR], timeoutMs });
const types = new Set(BUILT_IN_TYPES.keys());
const execs: Record<Side, PluginExec> = {
  reference: processes,
  "built-in": composeExecs(builtInExec({ worker, types, processes, timeoutMs }), processes),
};

process.on("message", async ({ id, call }: VerbRequest) => tell({ id, answer: await answer(call) }));
process.on("disconnect", () => process.exit());
tell({ ready: true });

async function answer(call: VerbCall | NamespaceCall): Promise<VerbAnswer> {
  try {
    return { result: await run(call) };
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    const { code, pluginCode, message, others } = error;
    return { failed: { code, pluginCode }, message: [message, ...others.map((other) => other.message)].join("; ") };
  }
}

async function run(call: VerbCall | NamespaceCall): Promise<JsonObject | undefined> {
  if (call.verb === "NAMESPACE") {
    await worker.run({ kind: "create-namespace", path: call.path, withVeth: true }, AbortSignal.timeout(timeoutMs));
    return undefined;
  }
  const exec = execs[call.side];
  const list = parseNetworkConfig(call.config);
  switch (call.verb) {
    case "ADD":
      return (await addNetworkList(exec, list, call.conf)).prevResult;
    case "DEL":
      await delNetworkList(exec, list, call.conf, { prevResult: call.prevResult });
      return undefined;
    case "CHECK":
      return { outcome: await checkNetworkList(exec, list, call.conf, { prevResult: call.prevResult }) };
    case "GC":
      return { outcome: await gcNetworkList(exec, list, call.valid) };
    case "STATUS":
      return { outcome: await statusNetworkList(exec, list) };
  }
}

function tell(reply: VerbReply): void {
  process.send?.(reply);
}
