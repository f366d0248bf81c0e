import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { processExec } from "@fairlead/cni";
import { ms, type Report } from "./report.ts";
import { Samples } from "./samples.ts";

const PLUGINS_DIR = "/usr/lib/cni";

/** What packages/cni adds to the run of a plugin: the same plugin by its exec, and started with nothing around it. */
export async function execOverhead(report: Report, count: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  const exec = processExec({ searchPath: [PLUGINS_DIR] });
  const ipam = { type: "host-local", dataDir, ranges: [[{ subnet: "10.114.0.0/16" }]] };
  const config = { cniVersion: "1.0.0", name: "overhead", ipam };
  const call = { type: "host-local", config, netns: "/none", ifName: "eth0" };
  const [ours, bare] = [new Samples(), new Samples()];
  for (let i = 0; i < count; i++) {
    await ours.time(() => exec.run({ ...call, command: "ADD", containerId: `a${i}` }));
    await bare.time(() => startBare("ADD", `b${i}`, JSON.stringify(config)));
  }
  rmSync(dataDir, { recursive: true });
  console.log("host-local as a process");
  report.samples("by packages/cni", ours);
  report.samples("bare", bare);
  const more = ours.p50 - bare.p50;
  report.row("exec path of packages/cni, on top", ms(more), "at most 2 ms", more <= 2);
}

async function startBare(command: string, containerId: string, config: string): Promise<unknown> {
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: containerId,
    CNI_NETNS: "/none",
    CNI_IFNAME: "eth0",
    CNI_PATH: PLUGINS_DIR,
  };
  const child = spawn(join(PLUGINS_DIR, "host-local"), { env, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(config);
  return JSON.parse(await text(child.stdout));
}
