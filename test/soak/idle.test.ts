import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const MAX_RESIDENT_BYTES = 150 * 1024 * 1024;
/** Of one core. */
const MAX_CPU_SHARE = 0.01;
const MINUTE_MS = 60_000;
/** The kernel counts the time of processes in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

test("a cluster without tasks is small and quiet in its second minute", async (t) => {
  const local = await new Workspace(t).startLocal();
  await delay(MINUTE_MS);
  const startTicks = cpuTicks(local.pid);
  await delay(MINUTE_MS);
  const share = (cpuTicks(local.pid) - startTicks) / TICKS_PER_SECOND / (MINUTE_MS / 1000);
  const residentBytes = resident(local.pid);
  t.diagnostic(`resident ${(residentBytes / 2 ** 20).toFixed(1)} MiB, ${(100 * share).toFixed(2)} % of a core`);
  assert.ok(residentBytes <= MAX_RESIDENT_BYTES, `${residentBytes} bytes resident`);
  assert.ok(share <= MAX_CPU_SHARE, `${100 * share} % of a core`);
});

function cpuTicks(pid: number): number {
  // behind the name, which may hold spaces: fields 14 and 15 are user and system time
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function resident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
}
