import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { JsonObject } from "@fairlead/cni";
import { type ContainerId, type NetworkInfo, NetworkInfo_Protocol } from "@fairlead/mesos-api";
import { systemClock } from "fairlead/base/clock.ts";
import { removeTree } from "fairlead/base/files/remove-tree.ts";
import { type Logger, silentLogger } from "fairlead/base/log.ts";
import { builtInPlugins } from "fairlead/cli/flags/built-in-plugins.ts";
import type { Isolator } from "fairlead/containerizer/mesos/isolator.ts";
import { createCniIsolator } from "fairlead/containerizer/mesos/isolators/network/cni/cni-isolator.ts";
import { namespacePath } from "fairlead/containerizer/mesos/isolators/network/cni/paths.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";
import { firewallElements } from "../support/firewall-elements.ts";

/** The flag that an agent would have: `script/test` runs the same tests with plugins built in, and as programs. */
export const BUILT_IN = builtInPlugins.parse(process.env.MESOS_NETWORK_CNI_BUILTIN_PLUGINS ?? "all");

/** The plugins of Debian's containernetworking-plugins. */
export const PLUGINS_DIR = "/usr/lib/cni";

const exec = promisify(execFile);

export const id = (text: string) => text as ContainerId;

/** Directories of an agent with `network/cni`, in the namespaces of the test file; removed with the test. */
export class CniHost {
  readonly directory: string;
  readonly configDir: string;
  readonly pluginsDir: string;
  readonly rootDir: string;
  readonly ipamDir: string;
  readonly #isolators: Isolator[] = [];
  readonly #network = createNetworkWorker({ log: silentLogger, poolSize: 0 });

  private constructor(directory: string) {
    this.directory = directory;
    this.configDir = join(directory, "net.d");
    this.pluginsDir = join(directory, "plugins");
    this.rootDir = join(directory, "run", "isolators", "network", "cni");
    this.ipamDir = join(directory, "ipam");
  }

  static async make(t: TestContext): Promise<CniHost> {
    const host = new CniHost(await mkdtemp(join(tmpdir(), "fairlead-kernel-cni-")));
    t.after(() => host.#remove());
    await mkdir(host.configDir);
    await mkdir(host.pluginsDir);
    return host;
  }

  isolator(options: { pluginTimeoutMs?: number; log?: Logger } = {}): Isolator {
    const isolator = createCniIsolator({
      pluginsDir: `${this.pluginsDir}:${PLUGINS_DIR}`,
      configDir: this.configDir,
      rootDir: this.rootDir,
      builtInPlugins: BUILT_IN,
      network: this.#network,
      pluginTimeoutMs: 30_000,
      log: silentLogger,
      clock: systemClock,
      ...options,
    });
    this.#isolators.push(isolator);
    return isolator;
  }

  async network(config: JsonObject & { name: string }, file = `${config.name}.conf`): Promise<void> {
    await writeFile(join(this.configDir, file), JSON.stringify(config));
  }

  /** IPAM by host-local, with its store in the directory of the test. */
  hostLocal(subnets: readonly string[], more: JsonObject = {}): JsonObject {
    return { type: "host-local", dataDir: this.ipamDir, ranges: subnets.map((subnet) => [{ subnet }]), ...more };
  }

  /** A plugin that is a shell script. */
  async plugin(type: string, script: string): Promise<void> {
    await writeFile(join(this.pluginsDir, type), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  pin(containerId: string): string {
    return namespacePath(this.rootDir, id(containerId));
  }

  /** Runs a program in the network namespace of a container, as an operator on the host would. */
  async inside(containerId: string, ...argv: string[]): Promise<string> {
    return await run("nsenter", `--net=${this.pin(containerId)}`, "--", ...argv);
  }

  /** Addresses of an interface as the kernel has them, those that it made up itself (link-local) left out. */
  async kernelAddresses(containerId: string, ifName: string): Promise<string[]> {
    const links: { addr_info: { local: string; scope: string }[] }[] = JSON.parse(
      await this.inside(containerId, "ip", "-json", "addr", "show", "dev", ifName),
    );
    return links.flatMap((link) => link.addr_info.filter(({ scope }) => scope === "global").map(({ local }) => local));
  }

  /** What the isolator reports, as `[network, addresses]`. */
  async reported(isolator: Isolator, containerId: string): Promise<[string, string[]][]> {
    const status = await isolator.status?.(id(containerId));
    return (status?.networkInfos ?? []).map((info) => [info.name, addressesOf(info)]);
  }

  /**
   * What containers have left on the host: directories, pins, addresses taken, interfaces, firewall rules, plugins. Bridges and the chains of
   * plugins stay by design. Waits for the kernel, which frees namespaces behind.
   */
  async traces(expected: { links: number }): Promise<Traces> {
    for (let attempt = 0; ; attempt++) {
      const traces = await this.look();
      if (attempt === 200 || (traces.links.length === expected.links && traces.plugins.length === 0)) return traces;
      await delay(20);
    }
  }

  /** The same as it is now. */
  async look(): Promise<Traces> {
    const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" ")[4] ?? "");
    const rules = await Promise.all([run("iptables-save"), run("ip6tables-save")]);
    return {
      containers: (await readdir(this.rootDir)).toSorted(),
      pins: mounts.filter((target) => target.startsWith(`${this.rootDir}/`)).toSorted(),
      addresses: await this.#addresses(),
      links: (await run("ip", "-oneline", "link", "show", "type", "veth"))
        .split("\n")
        .filter((line) => / link-netnsid [0-9]/.test(line))
        .map((line) => line.split(/[:@] ?/)[1] ?? ""),
      rules: [
        ...rules
          .join("\n")
          .split("\n")
          .filter(
            (line) => line.startsWith("-A") && /CNI-(?:DN|SN|FORWARD)|-d 10\.|-s 10\./.test(line) && !isStatic(line),
          ),
        ...firewallElements(),
      ],
      plugins: await pluginProcesses(this.rootDir),
    };
  }

  async #addresses(): Promise<string[]> {
    const files = await readdir(this.ipamDir, { recursive: true }).catch(() => []);
    return files.filter((file) => /\/[0-9a-f.:]*[.:][0-9a-f.:]+$/.test(file)).toSorted();
  }

  async #remove(): Promise<void> {
    try {
      for (const isolator of this.#isolators) await isolator.close?.();
      await this.#network.close();
      // plugins never remove their bridges and chains: the next test may want the same ones with other subnets
      await run("sh", "-c", "ip -o link show type bridge | cut -d: -f2 | xargs -rn1 ip link del; nft flush ruleset");
      // mounts that a failed test left are in a namespace that ends with this process, but must not be crossed now
      await run("sh", "-c", `grep -o ' ${this.directory}[^ ]*' /proc/self/mountinfo | sort -ru | xargs -r umount -l`);
    } finally {
      await removeTree(this.directory);
    }
  }
}

export interface Traces {
  readonly containers: readonly string[];
  readonly pins: readonly string[];
  readonly addresses: readonly string[];
  readonly links: readonly string[];
  readonly rules: readonly string[];
  readonly plugins: readonly string[];
}

export const NO_TRACES: Traces = { containers: [], pins: [], addresses: [], links: [], rules: [], plugins: [] };

export async function run(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await exec(file, args, { maxBuffer: 1 << 24 });
  return stdout;
}

export function addressesOf(info: NetworkInfo): string[] {
  return info.ipAddresses.map(({ protocol, ipAddress }) => {
    const family = ipAddress.includes(":") ? NetworkInfo_Protocol.IPv6 : NetworkInfo_Protocol.IPv4;
    return protocol === family ? ipAddress : `${ipAddress} with protocol ${protocol}`;
  });
}

/** Rules of the chains that stay when no container is there. */
function isStatic(rule: string): boolean {
  return /-j CNI-(?:HOSTPORT|FORWARD|ADMIN)|-A CNI-HOSTPORT-(?:SETMARK|MASQ)|-A CNI-FORWARD .*-j CNI-ADMIN|-A CNI-FORWARD -m mark/.test(
    rule,
  );
}

async function pluginProcesses(rootDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    const environ = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
    if (environ.includes(`CNI_NETNS=${rootDir}/`)) found.push(pid);
  }
  return found;
}
