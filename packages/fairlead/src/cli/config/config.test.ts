import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Resources } from "@fairlead/mesos-api";
import { silentLogger } from "../../base/log.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { AGENT_FLAGS } from "../flags/agent-flags.ts";
import type { FlagTable } from "../flags/flag.ts";
import { MASTER_FLAGS } from "../flags/master-flags.ts";
import { type ParsedFlags, parseFlags } from "../flags/parse-flags.ts";
import { toAgentConfig } from "./agent-config.ts";
import { readAgentSecret } from "./agent-secret.ts";
import { toContainerOptions } from "./container-options.ts";
import { type ConfigIo, toMasterConfig } from "./master-config.ts";

const IO: ConfigIo = {
  log: silentLogger,
  clock: new VirtualClock(),
  discover: () => assert.fail("nothing is run"),
};
const MACHINE = async () => ({ cpus: 4, memBytes: 8 * 1024 ** 3, diskBytes: 100 * 1024 ** 3 });

function parse<Table extends FlagTable>(table: Table, ...argv: string[]): ParsedFlags<Table> {
  return parseFlags(table, {
    argv: ["--no-hostname_lookup", ...argv],
    env: {},
    readFile: () => assert.fail("no file is named"),
  });
}

test("a master from its defaults", async () => {
  const config = await toMasterConfig(parse(MASTER_FLAGS, "--work_dir=/w"), IO);
  const { flags, minAllocatableResources, ...rest } = config;
  assert.deepEqual(rest, {
    ip: "127.0.0.1",
    port: 5050,
    advertiseIp: undefined,
    advertisePort: undefined,
    hostname: "127.0.0.1",
    workDir: "/w",
    cluster: undefined,
    domain: undefined,
    allocationIntervalMs: 1000,
    offerTimeoutMs: undefined,
    agentPingTimeoutMs: 15_000,
    maxAgentPingTimeouts: 5,
    agentReregisterTimeoutMs: 600_000,
    maxCompletedFrameworks: 50,
    maxCompletedTasksPerFramework: 1000,
    maxUnreachableTasksPerFramework: 1000,
    roles: undefined,
    weights: new Map(),
    rootSubmissions: true,
    filterGpuResources: true,
    agentSecret: undefined,
    maxRequestBodyBytes: 16 * 1024 ** 2,
    maxUnreadStreamBytes: 16 * 1024 ** 2,
  });
  assert.deepEqual(minAllocatableResources, [new Map([["cpus", 0.01]]), new Map([["mem", 32]])]);
  assert.deepEqual([flags.get("work_dir"), flags.get("port"), flags.get("cluster")], ["/w", "5050", undefined]);
});

test("a master keeps its registry in a directory unless it is told to forget it", async () => {
  await assert.rejects(toMasterConfig(parse(MASTER_FLAGS), IO), {
    code: "FLAG_INVALID",
    message: /^--work_dir is missing/,
  });
  const config = await toMasterConfig(parse(MASTER_FLAGS, "--registry=in_memory", "--work_dir=/w"), IO);
  assert.equal(config.workDir, undefined);
});

test("an agent offers what it is given, and what was found of the rest", async () => {
  const flags = parse(
    AGENT_FLAGS,
    "--master=m:5050",
    "--work_dir=/w",
    "--ip=10.0.0.2",
    "--resources=cpus:1;mem(web):64",
    "--default_role=db",
    "--attributes=rack:a",
    "--no-switch_user",
  );
  const config = await toAgentConfig(flags, IO, MACHINE);
  const resources = Resources.of(config.resources);
  assert.deepEqual([resources.scalar("cpus"), resources.scalar("mem"), resources.scalar("disk")], [1, 64, 95 * 1024]);
  assert.deepEqual([...resources.reservations().keys()].sort(), ["db", "web"]);
  assert.equal(resources.reservations().get("db")?.scalar("cpus"), 1);
  assert.deepEqual(
    [config.master, config.ip, config.hostname, config.workDir, config.runtimeDir, config.switchUser],
    ["m:5050", "10.0.0.2", "10.0.0.2", "/w", "/var/run/mesos", false],
  );
  assert.equal(config.attributes[0]?.name, "rack");
});

test("an agent needs a master, two directories, and resources that are some", async () => {
  for (const [argv, message] of [
    [["--work_dir=/w"], /^--master is missing/],
    [["--master=m:5050"], /^--work_dir is missing/],
    [["--master=m:5050", "--work_dir=/w", "--runtime_dir=/x/../w"], /^--runtime_dir: it is the --work_dir/],
    [["--master=m:5050", "--work_dir=/w", "--resources=cpus:x"], /^--resources: .*; give resources such as/],
    [["--master=m:5050", "--work_dir=/w", "--resources=cpus:-1"], /^--resources: /],
    [["--master=m:5050", "--work_dir=/w", "--resources=[{}]"], /^--resources: /],
  ] as const) {
    await assert.rejects(toAgentConfig(parse(AGENT_FLAGS, ...argv), IO, MACHINE), { code: "FLAG_INVALID", message });
  }
});

test("what the agent does not know itself goes to containerizer and network", () => {
  const { values } = parse(
    AGENT_FLAGS,
    "--isolation=namespaces/pid",
    "--cgroups_root=x",
    "--cgroups_enable_cfs",
    "--network_cni_config_dir=/c",
    "--network_cni_plugins_dir=/p:/q",
    "--network_cni_builtin_plugins=bridge, host-local",
    "--network_cni_pool_size=0",
    "--network_cni_plugin_timeout=5secs",
  );
  assert.deepEqual(toContainerOptions(values), {
    mesos: {
      isolation: "namespaces/pid",
      cgroupsHierarchy: "/sys/fs/cgroup",
      cgroupsRoot: "x",
      cgroupsEnableCfs: true,
      cgroupsLimitSwap: false,
      cgroupsDestroyTimeoutMs: 60_000,
    },
    cni: {
      configDir: "/c",
      pluginsDir: "/p:/q",
      builtInPlugins: new Set(["bridge", "host-local"]),
      pluginTimeoutMs: 5000,
    },
    networkPoolSize: 0,
    maxUnreadStreamBytes: 16 * 1024 ** 2,
  });
});

test("the agents' secret is the content of a file, and others should not read it", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-secret-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = (name: string, content: string, mode: number) => {
    const path = join(directory, name);
    writeFileSync(path, content, { mode });
    return path;
  };
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (_: object, sentence: string) => void warnings.push(sentence) };
  assert.equal(await readAgentSecret(undefined, log), undefined);
  assert.equal(await readAgentSecret(file("a", "s3cret\n", 0o600), log), "s3cret");
  assert.deepEqual(warnings, []);
  assert.equal(await readAgentSecret(file("b", "s3cret", 0o644), log), "s3cret");
  assert.equal(warnings.length, 1);
  for (const content of ["", "\n", "two words", "line\nline", "ünïcode"]) {
    await assert.rejects(readAgentSecret(file("c", content, 0o600), log), { code: "FLAG_INVALID" }, content);
  }
  await assert.rejects(readAgentSecret(join(directory, "none"), log), { code: "FLAG_INVALID", message: /ENOENT/ });
});
