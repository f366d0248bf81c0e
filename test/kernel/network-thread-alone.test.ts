import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FairleadProcess } from "../support/fairlead-process.ts";
import { Workspace } from "../support/workspace.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const FIXTURE = new URL("./loaded-modules.fixture.ts", import.meta.url).href;

test("no netlink, nftables or namespace call can be made by the main thread: it never has the means", async (t) => {
  const workspace = new Workspace(t);
  workspace.network({
    cniVersion: "1.0.0",
    name: "web",
    plugins: [
      { type: "bridge", bridge: "br-web", isGateway: true, ipMasq: true, ipam: workspace.hostLocal("10.73.0.0/24") },
      { type: "portmap", capabilities: { portMappings: true } },
      { type: "firewall" },
      { type: "bandwidth", ingressRate: 1e8, ingressBurst: 1e7, egressRate: 1e8, egressBurst: 1e7 },
      { type: "tuning", sysctl: { "net.ipv4.ip_default_ttl": "60" } },
    ],
  });
  workspace.bridge("blue", "10.74.0.0/24");
  const local = new FairleadProcess(
    "local",
    [
      `--work_dir=${workspace.path("work")}`,
      `--runtime_dir=${workspace.runtimeDir}`,
      `--cgroups_root=${workspace.cgroupsRoot}`,
      `--network_cni_config_dir=${workspace.configDir}`,
      `--network_cni_plugins_dir=${workspace.pluginsDir}`,
    ],
    { NODE_OPTIONS: `--import=${FIXTURE}`, LOADED_MODULES: workspace.path("modules") },
  );
  t.after(() => local.end("SIGTERM"));
  await local.line(/^ready http:/);
  const execute = workspace.start("execute", ["--name=a", "--networks=web,blue", "--command=true"]);
  await execute.line(/TASK_FINISHED/);
  await local.end("SIGTERM");

  const loaded = readFileSync(workspace.path("modules"), "utf8").trimEnd().split("\n");
  const threads = (pattern: RegExp) => [
    ...new Set(loaded.filter((line) => pattern.test(line)).map((line) => line.split(" ")[0])),
  ];
  assert.deepEqual(threads(/\/koffi\//), ["network"]);
  assert.deepEqual(threads(/\/netlink\/dist\/(?:kernel|socket)/), ["network"]);
  assert.ok(threads(/./).includes("main"), "the main thread's modules are seen, too");
});
