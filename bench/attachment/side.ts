import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addNetworkList,
  composeExecs,
  delNetworkList,
  type JsonObject,
  type NetworkConfigList,
  type PluginExec,
  parseNetworkConfig,
  processExec,
} from "@fairlead/cni";
import { silentLogger } from "fairlead/base/log.ts";
import { builtInExec } from "fairlead/network/built-in-exec.ts";
import { BUILT_IN_TYPES } from "fairlead/network/built-in-types.ts";
import type { NetworkWorker } from "fairlead/network/worker/network-worker.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";

const PLUGINS_DIR = "/usr/lib/cni";
const TIMEOUT_MS = 60_000;
/** Where the networks of a side begin, in its /16. */
const THIRD = { bare: 0, full: 64, mapped: 128 } as const;

export interface HostPorts {
  readonly firstPort: number;
  readonly ports: number;
}

/** One way to run plugins, with its own bridges, addresses and namespaces. */
export class Side {
  readonly exec: PluginExec;
  readonly worker: NetworkWorker;
  readonly #directory = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  readonly #subnet: string;
  #containers = 0;

  private constructor(subnet: string, exec: (worker: NetworkWorker) => PluginExec, poolSize: number) {
    this.#subnet = subnet;
    this.worker = createNetworkWorker({ log: silentLogger, poolSize });
    this.exec = exec(this.worker);
  }

  /** The plugins of Debian's containernetworking-plugins, a process each. */
  static reference(): Side {
    return new Side("10.111", () => processExec({ searchPath: [PLUGINS_DIR], timeoutMs: TIMEOUT_MS }), 0);
  }

  static builtIn({ poolSize }: { poolSize: number } = { poolSize: 0 }): Side {
    const exec = (worker: NetworkWorker) => {
      const processes = processExec({ searchPath: [PLUGINS_DIR], timeoutMs: TIMEOUT_MS });
      const types = new Set(BUILT_IN_TYPES.keys());
      return composeExecs(builtInExec({ worker, types, processes, timeoutMs: TIMEOUT_MS }), processes);
    };
    return new Side(poolSize === 0 ? "10.112" : "10.113", exec, poolSize);
  }

  /** A bridge with addresses of host-local. */
  bare(): NetworkConfigList {
    return this.#network("bare", {}, []);
  }

  /** The same with masquerading, a port of the host, a firewall and a limit of bandwidth. */
  full(): NetworkConfigList {
    return this.#network("full", { ipMasq: true }, [
      { type: "portmap", capabilities: { portMappings: true } },
      { type: "firewall" },
      { type: "bandwidth", ingressRate: 1e9, ingressBurst: 1e8, egressRate: 1e9, egressBurst: 1e8 },
    ]);
  }

  /** The bare one with ports of the host. */
  mapped(): NetworkConfigList {
    return this.#network("mapped", {}, [{ type: "portmap", capabilities: { portMappings: true } }]);
  }

  /** The host's address on the bridge of a network. */
  gateway(name: keyof typeof THIRD): string {
    return `${this.#subnet}.${THIRD[name]}.1`;
  }

  /** A namespace that is ready for a container, and the ports of the host that it is to have; by default one that no other has. */
  async container(withVeth = false, ports?: HostPorts): Promise<Container> {
    const number = this.#containers++;
    const path = join(this.#directory, `ns${number}`);
    writeFileSync(path, "");
    await this.worker.run({ kind: "create-namespace", path, withVeth });
    return new Container(this, `c${number}`, path, ports ?? { firstPort: 20_000 + (number % 40_000), ports: 1 });
  }

  async close(): Promise<void> {
    await this.worker.close();
    rmSync(this.#directory, { recursive: true });
  }

  #network(name: keyof typeof THIRD, bridge: JsonObject, chained: JsonObject[]): NetworkConfigList {
    const prefix = `${this.#subnet}.${THIRD[name]}.0/18`;
    const dataDir = join(this.#directory, "addresses");
    const ipam = { type: "host-local", dataDir, ranges: [[{ subnet: prefix }]], routes: [{ dst: "0.0.0.0/0" }] };
    const first = { type: "bridge", bridge: `${name}${this.#subnet.slice(3)}`, isGateway: true, ...bridge, ipam };
    return parseNetworkConfig({ cniVersion: "1.0.0", name, plugins: [first, ...chained] });
  }
}

/** A container without processes. */
export class Container {
  readonly path: string;
  readonly #side: Side;
  readonly #id: string;
  readonly #ports: HostPorts;

  constructor(side: Side, id: string, path: string, ports: HostPorts) {
    this.#side = side;
    this.#id = id;
    this.path = path;
    this.#ports = ports;
  }

  async add(list: NetworkConfigList): Promise<JsonObject> {
    const { prevResult } = await addNetworkList(this.#side.exec, list, this.#conf(), {});
    return prevResult;
  }

  async del(list: NetworkConfigList, prevResult: JsonObject): Promise<void> {
    await delNetworkList(this.#side.exec, list, this.#conf(), { prevResult });
  }

  async remove(): Promise<void> {
    await this.#side.worker.run({ kind: "release-namespace", path: this.path });
  }

  #conf() {
    const { firstPort, ports } = this.#ports;
    const portMappings = Array.from({ length: ports }, (_, i) => {
      return { hostPort: firstPort + i, containerPort: 80, protocol: "tcp" };
    });
    return { containerId: this.#id, netns: this.path, ifName: "eth0", capabilityArgs: { portMappings } };
  }
}
