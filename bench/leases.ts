// ADD and DEL of host-local with few and many leases: in the network thread, and by a process for each call.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PluginCall, type PluginExec, processExec } from "@fairlead/cni";
import { silentLogger } from "fairlead/base/log.ts";
import { builtInExec } from "fairlead/network/built-in-exec.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";

const LEASES = [0, 500, 5000] as const;

/** How often each way is tried. */
const ROUNDS = { thread: 400, exec: 30 } as const;

const reference = processExec({ searchPath: ["/usr/lib/cni"] });
const worker = createNetworkWorker({ log: silentLogger, poolSize: 0 });
const thread = builtInExec({ worker, types: new Set(["host-local"]), processes: reference, timeoutMs: 60_000 });

console.log("leases   ADD in the thread    by exec   DEL in the thread    by exec   (median ms; times the thread's)");
for (const count of LEASES) {
  const dataDir = await mkdtemp(join(tmpdir(), "fairlead-bench-leases-"));
  try {
    await makeLeases(join(dataDir, "bench"), count);
    const inThread = await measure(thread, dataDir, ROUNDS.thread);
    const byExec = await measure(reference, dataDir, ROUNDS.exec);
    assert.equal((await readdir(join(dataDir, "bench"))).filter((name) => name.startsWith("10.")).length, count);
    const columns = (["add", "del"] as const).flatMap((verb) => [
      inThread[verb].toFixed(3).padStart(18),
      `${byExec[verb].toFixed(1)} (${(byExec[verb] / inThread[verb]).toFixed(0)})`.padStart(13),
    ]);
    console.log(`${String(count).padStart(6)}${columns.join("")}`);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}
await worker.close();

/** Far from the addresses that are given out next: the search for a free one is not what is measured. */
async function makeLeases(directory: string, count: number): Promise<void> {
  await mkdir(directory);
  for (let i = 0; i < count; i++) {
    const address = `10.1.${100 + (i >> 8)}.${i & 0xff}`;
    await writeFile(join(directory, address), `${String(i).padStart(64, "0")}\r\neth0`);
  }
}

async function measure(exec: PluginExec, dataDir: string, rounds: number): Promise<{ add: number; del: number }> {
  const times = { add: [] as number[], del: [] as number[] };
  // the first ones find nothing in memory, and code that was not compiled
  for (let round = -3; round < rounds; round++) {
    const id = `container-${round + 3}`;
    const add = await timed(() => exec.run(call("ADD", dataDir, id)));
    const del = await timed(() => exec.run(call("DEL", dataDir, id)));
    if (round < 0) continue;
    times.add.push(add);
    times.del.push(del);
  }
  return { add: median(times.add), del: median(times.del) };
}

function call(command: "ADD" | "DEL", dataDir: string, containerId: string): PluginCall {
  const ipam = { type: "host-local", dataDir, ranges: [[{ subnet: "10.1.0.0/16" }]] };
  const config = { cniVersion: "1.0.0", name: "bench", ipam };
  return { command, type: "host-local", config, containerId, ifName: "eth0", netns: "/proc/self/ns/net" };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}
