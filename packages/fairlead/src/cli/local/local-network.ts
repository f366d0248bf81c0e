import { rm } from "node:fs/promises";
import { join } from "node:path";
import { FairleadError } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files/ensure-directory.ts";
import { readFileIfExists } from "../../base/files/read-file-if-exists.ts";
import { writeFileAtomic } from "../../base/files/write-file-atomic.ts";
import type { Logger } from "../../base/log.ts";
import { type Argv, expectSuccess, type RunCommand } from "../../base/run-command.ts";
import { readTraces, removeTraces } from "./firewall-traces.ts";
import { freeSubnet, overlaps } from "./free-subnet.ts";
import { gatewayOf, type LocalNetwork, NETWORK_NAME, networkConfig, parseNote } from "./network-config.ts";

/** Each `local` on a machine has a bridge of its own; so many are never needed. */
const MAX_BRIDGES = 100;

/** Another `local` may take the same bridge at the same time: then the machine is looked at again. */
const ATTEMPTS = 5;

interface Link {
  readonly ifname: string;
  readonly master?: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}
interface Route {
  readonly dst: string;
  readonly dev?: string;
}

/** What of a machine's network matters here. */
export interface NetworkState {
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
}

/** The network that `fairlead local` brings where no configuration directory was given. */
export class BroughtNetwork {
  readonly configDir: string;
  readonly #network: LocalNetwork;
  readonly #noteFile: string;
  readonly #run: RunCommand;
  readonly #log: Logger;

  private constructor(
    dirs: { configDir: string; noteFile: string },
    network: LocalNetwork,
    run: RunCommand,
    log: Logger,
  ) {
    this.configDir = dirs.configDir;
    this.#noteFile = dirs.noteFile;
    this.#network = network;
    this.#run = run;
    this.#log = log;
  }

  /**
   * Makes its bridge, which reserves the subnet, and writes its configuration below `workDir`. What an earlier run that was killed had brought
   * is taken over, so that its containers can be taken down. Errors: NETWORK_FAILED (nothing is free), EXEC_*.
   */
  static async bring(
    dirs: { workDir: string; runtimeDir: string },
    run: RunCommand,
    log: Logger,
  ): Promise<BroughtNetwork> {
    const configDir = join(dirs.workDir, "cni", "net.d");
    const noteFile = join(dirs.workDir, "cni", "network.json");
    await ensureDirectory(configDir, 0o755);
    const note = parseNote(String((await readFileIfExists(noteFile)) ?? ""));
    const network = await reserve(note, run);
    const brought = new BroughtNetwork({ configDir, noteFile }, network, run, log);
    try {
      await writeFileAtomic(noteFile, JSON.stringify(network), { mode: 0o600 });
      const config = networkConfig(network, join(dirs.runtimeDir, "cni", "addresses"));
      const configFile = join(configDir, `${NETWORK_NAME}.conflist`);
      await writeFileAtomic(configFile, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o644 });
    } catch (error) {
      await brought.remove();
      throw error;
    }
    log.info({ network: NETWORK_NAME, bridge: network.bridge, subnet: network.subnet }, "Brought a network for tasks");
    return brought;
  }

  /** Removes what is left of it on the machine, unless somebody uses it: containers that could not be taken down, say. Never throws. */
  async remove(): Promise<void> {
    const { bridge } = this.#network;
    try {
      const { links } = await readState(this.#run);
      if (links.some(({ master }) => master === bridge)) {
        this.#log.warn({ bridge }, "Left the bridge, because something is attached to it");
        return;
      }
      if (links.some(({ ifname }) => ifname === bridge)) {
        await expectSuccess(["ip", "link", "delete", bridge], {}, this.#run);
      }
      await removeTraces(this.#network.firewall, this.#run);
      await rm(this.#noteFile, { force: true });
    } catch (err) {
      this.#log.warn({ err, bridge }, "Left what remains of the network");
    }
  }
}

/** Chooses a bridge and a subnet, and makes the bridge with the address that the plugin would give it: from then on others see both as taken. */
async function reserve(note: LocalNetwork | undefined, run: RunCommand): Promise<LocalNetwork> {
  const firewall = note?.firewall ?? (await readTraces(run));
  for (let attempt = 1; ; attempt++) {
    const state = await readState(run);
    const network = chooseNetwork(note, state, firewall);
    if (state.links.some(({ ifname }) => ifname === network.bridge)) {
      await setUp(network, run);
      return network;
    }
    const { code, stderr } = await run(["ip", "link", "add", network.bridge, "type", "bridge"]);
    if (code === 0) {
      try {
        await setUp(network, run);
        return network;
      } catch (error) {
        await run(["ip", "link", "delete", network.bridge]).catch(() => {});
        throw error;
      }
    }
    if (attempt === ATTEMPTS) {
      throw new FairleadError("NETWORK_FAILED", `the bridge ${network.bridge} could not be made: ${stderr.trim()}`);
    }
  }
}

/** Idempotent. */
async function setUp(network: LocalNetwork, run: RunCommand): Promise<void> {
  await expectSuccess(["ip", "address", "replace", gatewayOf(network), "dev", network.bridge], {}, run);
  await expectSuccess(["ip", "link", "set", network.bridge, "up"], {}, run);
}

/** What the note says if that is still free, else a bridge and a subnet that are. Errors: NETWORK_FAILED. */
export function chooseNetwork(
  note: LocalNetwork | undefined,
  { links, routes }: NetworkState,
  firewall: readonly string[],
): LocalNetwork {
  const usedBut = (bridge?: string) => [
    ...links.filter(({ ifname }) => ifname !== bridge).flatMap(ipv4Of),
    ...routes.filter(({ dev }) => dev !== bridge).map(({ dst }) => dst),
  ];
  // after a reboot another `local` may have made a bridge of that name, for a subnet of its own
  const onBridge = links.filter(({ ifname }) => ifname === note?.bridge).flatMap(ipv4Of);
  if (
    note !== undefined &&
    onBridge.every((address) => address === gatewayOf(note)) &&
    !usedBut(note.bridge).some((used) => overlaps(used, note.subnet))
  ) {
    return note;
  }
  const subnet = freeSubnet(usedBut());
  const names = new Set(links.map(({ ifname }) => ifname));
  const bridge = Array.from({ length: MAX_BRIDGES }, (_, i) => `fairlead${i}`).find((name) => !names.has(name));
  if (subnet === undefined || bridge === undefined) {
    const what = subnet === undefined ? "private subnet" : "name for a bridge";
    throw new FairleadError(
      "NETWORK_FAILED",
      `no ${what} is free on this machine: name networks with --network_cni_config_dir`,
    );
  }
  return { bridge, subnet, firewall };
}

function ipv4Of({ addr_info: addresses }: Link): string[] {
  return addresses.filter(({ family }) => family === "inet").map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

async function readState(run: RunCommand): Promise<NetworkState> {
  const [links, routes] = await Promise.all([
    readJson<readonly Link[]>(run, ["ip", "-j", "address"]),
    readJson<readonly Route[]>(run, ["ip", "-j", "-4", "route", "show", "table", "all"]),
  ]);
  return { links, routes };
}

async function readJson<T>(run: RunCommand, argv: Argv): Promise<T> {
  return JSON.parse((await expectSuccess(argv, {}, run)).stdout) as T;
}
