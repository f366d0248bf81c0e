import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  CniError,
  type CniResult,
  isSpecVersion,
  type JsonObject,
  type PluginCall,
  type PluginExec,
  parseResult,
  processExec,
} from "@fairlead/cni";
import { silentLogger } from "fairlead/base/log.ts";
import { builtInExec } from "fairlead/network/built-in-exec.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";

/** The same IPAM plugins in both ways: as processes, and in the network thread. */
export interface IpamArms {
  readonly reference: PluginExec;
  readonly builtIn: PluginExec;
}

export function ipamArms(t: TestContext): IpamArms {
  const reference = processExec({ searchPath: ["/usr/lib/cni"] });
  const worker = createNetworkWorker({ log: silentLogger, poolSize: 0 });
  t.after(() => worker.close());
  const types = new Set(["host-local", "static"]);
  return { reference, builtIn: builtInExec({ worker, types, processes: reference, timeoutMs: 60_000 }) };
}

/** What a call comes to. Of a failure the code counts, not the words. */
export type Outcome = { readonly result: CniResult | undefined } | { readonly failedWith: number | undefined };

export async function outcomeOf(exec: PluginExec, call: PluginCall): Promise<Outcome> {
  const { cniVersion } = call.config;
  try {
    const json = await exec.run({ netns: "/proc/self/ns/net", ...call });
    return { result: json && parseResult(json, isSpecVersion(cniVersion) ? cniVersion : "0.1.0") };
  } catch (error) {
    if (error instanceof CniError && error.code === "CNI_PLUGIN_FAILED") return { failedWith: error.pluginCode };
    throw error;
  }
}

export function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-ipam-"));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

/** Every file of a network's store with its content, but for the lock. */
export function storeFiles(dataDir: string, network: string): Record<string, string> {
  const directory = join(dataDir, network);
  mkdirSync(directory, { recursive: true });
  const names = readdirSync(directory).filter((name) => name !== "lock");
  return Object.fromEntries(names.toSorted().map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

/** The network of simple calls. */
export const NETWORK = "blue";

export function simpleCall(
  command: "ADD" | "DEL" | "CHECK",
  dataDir: string,
  containerId: string,
  ipam: JsonObject,
): PluginCall {
  const config = { cniVersion: "1.0.0", name: NETWORK, ipam: { ...ipam, type: "host-local", dataDir } };
  return { command, type: "host-local", config, containerId, ifName: "eth0", netns: "/proc/self/ns/net" };
}

/** The address that an ADD gave; undefined where it failed. */
export async function tryAdd(
  exec: PluginExec,
  dataDir: string,
  id: string,
  ipam: JsonObject,
): Promise<string | undefined> {
  const outcome = await outcomeOf(exec, simpleCall("ADD", dataDir, id, ipam));
  return "result" in outcome ? outcome.result?.ips[0]?.address : undefined;
}
