import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { FairleadProcess } from "./fairlead-process.ts";

/** The plugins of Debian's containernetworking-plugins. */
export const PLUGINS_DIR = "/usr/lib/cni";

/** Directories of a cluster under test, and what was started on them; ended and removed with the test, whatever came of it. */
export class Workspace {
  readonly directory: string;
  readonly configDir: string;
  readonly pluginsDir: string;
  readonly addressDir: string;
  /** Of the agents' cgroups, below each hierarchy. */
  readonly cgroupsRoot = `fairlead-test-${process.pid}`;
  readonly #processes: FairleadProcess[] = [];
  /** Flags of the last agent in each runtime directory. */
  readonly #agents = new Map<string, readonly string[]>();

  constructor(t: TestContext) {
    this.directory = mkdtempSync(join(tmpdir(), "fairlead-test-"));
    this.configDir = join(this.directory, "net.d");
    this.pluginsDir = join(this.directory, "plugins");
    this.addressDir = join(this.directory, "addresses");
    mkdirSync(this.configDir);
    mkdirSync(this.pluginsDir);
    t.after(() => this.#remove());
  }

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  get runtimeDir(): string {
    return this.path("run");
  }

  /** Where `network/cni` of an agent keeps a container's files and its pinned namespace (`ns`). */
  cniPath(containerId: string, ...names: string[]): string {
    return join(this.runtimeDir, "isolators/network/cni", containerId, ...names);
  }

  /** Writes a network configuration; `file` as it is named in the directory. */
  network(config: { name: string } & Record<string, unknown>, file = `${config.name}.conflist`): void {
    writeFileSync(join(this.configDir, file), JSON.stringify(config));
  }

  removeNetwork(name: string, file = `${name}.conflist`): void {
    rmSync(join(this.configDir, file));
  }

  /** A network that is one bridge of its own, with IPAM by host-local. */
  bridge(name: string, subnet: string, more: Record<string, unknown> = {}): void {
    this.network({
      cniVersion: "1.0.0",
      name,
      plugins: [{ type: "bridge", bridge: `br-${name}`, isGateway: true, ipam: this.hostLocal(subnet), ...more }],
    });
  }

  hostLocal(...subnets: string[]): Record<string, unknown> {
    return { type: "host-local", dataDir: this.addressDir, ranges: subnets.map((subnet) => [{ subnet }]) };
  }

  /** A plugin that is a shell script. */
  plugin(type: string, script: string): void {
    writeFileSync(join(this.pluginsDir, type), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Flags of the agent for these directories. */
  agentFlags(): string[] {
    return [
      `--runtime_dir=${this.runtimeDir}`,
      `--network_cni_config_dir=${this.configDir}`,
      `--network_cni_plugins_dir=${this.pluginsDir}:${PLUGINS_DIR}`,
      "--resources=cpus:8;mem:4096;disk:4096;ports:[31000-32000]",
      `--cgroups_root=${this.cgroupsRoot}`,
    ];
  }

  /** A flag that is given twice counts as it is given last: tests give theirs after the ones from here. */
  start(command: string, flags: readonly string[], env: NodeJS.ProcessEnv = {}): FairleadProcess {
    const last = new Map(flags.map((flag) => [flag.split("=", 1)[0], flag]));
    const process = new FairleadProcess(command, [...last.values()], env);
    this.#processes.push(process);
    return process;
  }

  /** A master on port 5050; the namespace of the test file makes the port free. */
  async startMaster(...flags: string[]): Promise<FairleadProcess> {
    const defaults = ["--ip=127.0.0.1", "--port=5050", `--work_dir=${this.path("master")}`];
    const master = this.start("master", withDefaults(flags, defaults));
    await untilServing("http://127.0.0.1:5050/health", master);
    return master;
  }

  startAgent(...flags: string[]): FairleadProcess {
    return this.startAgentWith({}, ...flags);
  }

  /** An agent that the master has taken. */
  async startRegisteredAgent(...flags: string[]): Promise<FairleadProcess> {
    const agent = this.startAgent("--registration_backoff_factor=10ms", ...flags);
    await agent.line(/"the agent is registered"/);
    return agent;
  }

  startAgentWith(env: NodeJS.ProcessEnv, ...flags: string[]): FairleadProcess {
    const all = withDefaults(flags, [
      "--ip=127.0.0.1",
      "--port=5051",
      "--master=127.0.0.1:5050",
      `--work_dir=${this.path("agent")}`,
      ...this.agentFlags(),
    ]);
    this.#agents.set(flagValue(all, "runtime_dir"), all);
    return this.start("agent", all, env);
  }

  /** `fairlead local` with one agent, unless `flags` say else; resolves when it is ready. */
  async startLocal(...flags: string[]): Promise<FairleadProcess> {
    const defaults = [
      "--ip=127.0.0.1",
      "--port=5050",
      "--agents=1",
      "--agent_port=5051",
      `--work_dir=${this.path("work")}`,
      ...this.agentFlags(),
    ];
    const local = this.start("local", withDefaults(flags, defaults));
    await local.line(/^ready http:\/\/127\.0\.0\.1:5050$/);
    return local;
  }

  /** Removes the cgroups of containers that have ended, and their root, as a reboot does. */
  removeCgroups(): void {
    for (const root of this.#cgroupRoots()) {
      for (const name of readdirSync(root, { withFileTypes: true })) {
        if (name.isDirectory()) rmdirSync(join(root, name.name));
      }
      rmdirSync(root);
    }
  }

  async #remove(): Promise<void> {
    for (const process of this.#processes.toReversed()) await process.end("SIGTERM");
    await this.#endContainers();
    this.#removeCgroupRoots();
    // A mount that is still there would be crossed by the removal: then the directory stays, and the check for leftovers finds it.
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    if (!mounts.includes(` ${this.directory}/`)) rmSync(this.directory, { recursive: true, force: true });
  }

  /** An agent that was killed leaves the root. One that is not empty stays, and the check for leftovers finds it. */
  #removeCgroupRoots(): void {
    for (const root of this.#cgroupRoots()) {
      if (readdirSync(root, { withFileTypes: true }).some((entry) => entry.isDirectory())) continue;
      rmdirSync(root);
    }
  }

  #cgroupRoots(): string[] {
    const hierarchies = "/sys/fs/cgroup";
    return [hierarchies, ...readdirSync(hierarchies).map((name) => join(hierarchies, name))]
      .map((hierarchy) => join(hierarchy, this.cgroupsRoot))
      .filter((root) => existsSync(root));
  }

  /** Containers outlive their agent: those that a failed test left are ended by another one. */
  async #endContainers(): Promise<void> {
    for (const [runtimeDir, flags] of this.#agents) {
      const containers = join(runtimeDir, "containers");
      if (!existsSync(containers) || readdirSync(containers).length === 0) continue;
      await new FairleadProcess("agent", [...flags, "--recover=cleanup"]).exited;
    }
  }
}

/** `flags`, and those of `defaults` that are not among them: no flag may stand twice. */
function withDefaults(flags: readonly string[], defaults: readonly string[]): string[] {
  const given = new Set(flags.map(nameOf));
  return [...defaults.filter((flag) => !given.has(nameOf(flag))), ...flags];
}

function nameOf(flag: string): string {
  return flag.split("=", 1)[0]!;
}

function flagValue(flags: readonly string[], name: string): string {
  const prefix = `--${name}=`;
  return flags.find((flag) => flag.startsWith(prefix))!.slice(prefix.length);
}

/** Asks until the server answers; rejects when the process ends first. */
export async function untilServing(url: string, process: FairleadProcess): Promise<void> {
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (ended) throw new Error(`fairlead ended before it served ${url}:\n${process.log.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
