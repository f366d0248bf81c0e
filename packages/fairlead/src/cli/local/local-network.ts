import { join } from "node:path";
import { FairleadError } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files/ensure-directory.ts";
import { readFileIfExists } from "../../base/files/read-file-if-exists.ts";
import { writeFileAtomic } from "../../base/files/write-file-atomic.ts";
import type { Logger } from "../../base/log.ts";
import { type Argv, expectSuccess, type RunCommand } from "../../base/run-command.ts";
import { freeSubnet, overlaps } from "./free-subnet.ts";
import { type LocalNetwork, NETWORK_NAME, networkConfig, parseNetworkConfig } from "./network-config.ts";

/** Each `local` on a machine has a bridge of its own; so many are never needed. */
const MAX_BRIDGES = 100;

interface Link {
  readonly ifname: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}
interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** The network that `fairlead local` brings where no configuration directory was given. */
export class BroughtNetwork {
  readonly configDir: string;
  readonly #network: LocalNetwork;
  readonly #run: RunCommand;
  readonly #log: Logger;
  readonly #hadNatTable: boolean;

  private constructor(configDir: string, network: LocalNetwork, hadNatTable: boolean, run: RunCommand, log: Logger) {
    this.configDir = configDir;
    this.#network = network;
    this.#hadNatTable = hadNatTable;
    this.#run = run;
    this.#log = log;
  }

  /**
   * Writes its configuration below `workDir`; the `bridge` plugin makes the bridge with the first container. The subnet of an earlier run stays
   * the same, so that its containers go on. Errors: NETWORK_FAILED (every private subnet is in use), EXEC_*.
   */
  static async bring(
    dirs: { workDir: string; runtimeDir: string },
    run: RunCommand,
    log: Logger,
  ): Promise<BroughtNetwork> {
    const configDir = join(dirs.workDir, "cni", "net.d");
    const file = join(configDir, `${NETWORK_NAME}.conflist`);
    const [links, routes] = await Promise.all([
      readJson<readonly Link[]>(run, ["ip", "-j", "address"]),
      readJson<readonly Route[]>(run, ["ip", "-j", "-4", "route", "show", "table", "all"]),
    ]);
    const before = parseNetworkConfig(String((await readFileIfExists(file)) ?? ""));
    const network = before !== undefined && isFree(before, links, routes) ? before : choose(links, routes);
    await ensureDirectory(configDir, 0o755);
    const addressDir = join(dirs.runtimeDir, "cni", "addresses");
    await writeFileAtomic(file, `${JSON.stringify(networkConfig(network, addressDir), null, 2)}\n`, { mode: 0o644 });
    log.info({ network: NETWORK_NAME, ...network }, "Brought a network for the tasks that ask for it");
    return new BroughtNetwork(configDir, network, await hasNatTable(run), run, log);
  }

  /** Removes what is left of it on the machine, unless somebody uses it: containers of an agent that was killed, say. Never throws. */
  async remove(): Promise<void> {
    const { bridge } = this.#network;
    try {
      const links = await readJson<readonly { ifname: string; master?: string }[]>(this.#run, ["ip", "-j", "link"]);
      if (links.some(({ master }) => master === bridge)) {
        this.#log.warn({ bridge }, "Left the bridge, because something is attached to it");
        return;
      }
      if (links.some(({ ifname }) => ifname === bridge))
        await expectSuccess(["ip", "link", "delete", bridge], {}, this.#run);
      await this.#removeEmptyNatTable();
    } catch (err) {
      this.#log.warn({ err, bridge }, "Left what remains of the network");
    }
  }

  /** iptables keeps the table that the masquerading was in; if it is empty, and was not there before, nobody misses it. */
  async #removeEmptyNatTable(): Promise<void> {
    if (this.#hadNatTable || !(await hasNatTable(this.#run))) return;
    const { nftables } = await readJson<{ nftables: readonly object[] }>(this.#run, [
      "nft",
      "-j",
      "list",
      "table",
      "ip",
      "nat",
    ]);
    if (nftables.some((item) => "rule" in item)) return;
    await expectSuccess(["nft", "delete", "table", "ip", "nat"], {}, this.#run);
  }
}

/** Whether a subnet is used by nothing but its own bridge. */
function isFree({ bridge, subnet }: LocalNetwork, links: readonly Link[], routes: readonly Route[]): boolean {
  return ![
    ...links.filter(({ ifname }) => ifname !== bridge).flatMap(addressesOf),
    ...routes.filter(({ dev }) => dev !== bridge).map(({ dst }) => dst),
  ].some((used) => overlaps(used, subnet));
}

function choose(links: readonly Link[], routes: readonly Route[]): LocalNetwork {
  const subnet = freeSubnet([...links.flatMap(addressesOf), ...routes.map(({ dst }) => dst)]);
  const names = new Set(links.map(({ ifname }) => ifname));
  const bridge = Array.from({ length: MAX_BRIDGES }, (_, i) => `fairlead${i}`).find((name) => !names.has(name));
  if (subnet === undefined || bridge === undefined) {
    const what = subnet === undefined ? "private subnet" : "name for a bridge";
    throw new FairleadError("NETWORK_FAILED", `no ${what} is free on this machine; give --network_cni_config_dir`);
  }
  return { bridge, subnet };
}

function addressesOf({ addr_info: addresses }: Link): string[] {
  return addresses.filter(({ family }) => family === "inet").map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** A machine without nft has no such table to remove. */
async function hasNatTable(run: RunCommand): Promise<boolean> {
  const { code, stdout } = await run(["nft", "list", "tables"]).catch(() => ({ code: null, stdout: "" }));
  return code === 0 && stdout.split("\n").includes("table ip nat");
}

async function readJson<T>(run: RunCommand, argv: Argv): Promise<T> {
  return JSON.parse((await expectSuccess(argv, {}, run)).stdout) as T;
}
