import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { NetworkNamespace } from "@fairlead/netlink";
import { run } from "../demo/run.ts";
import { poll } from "../support/poll.ts";
import { Resident } from "./resident.ts";
import { VerbServer } from "./verb-server.ts";
import type { VerbAnswer, VerbCall } from "./verbs.ts";

/** Addresses from the blocks that RFC 5737 and RFC 3849 keep for documentation. */
export const HOST = { ip: "192.0.2.10", ip6: "2001:db8::10" };
export const OUTSIDE = { ip: "192.0.2.20", ip6: "2001:db8::20" };
export const UPLINK = "uplink";

/**
 * A host with an uplink to another machine, and with containers: network namespaces, pinned below a directory that also stands for the host's
 * /var/lib and /run.
 */
export class World {
  readonly directory: string;
  readonly host: string;
  readonly outside: string;
  readonly poolSize: number;
  /** With those who live in them. */
  readonly #containers = new Map<string, Resident | undefined>();
  #residents: { readonly host: Resident; readonly outside: Resident } | undefined;
  #verbs: VerbServer | undefined;
  #spare: VerbServer | undefined;
  #nextCanary = 0;

  private constructor(directory: string, poolSize: number) {
    this.directory = directory;
    this.host = join(directory, "host");
    this.outside = join(directory, "outside");
    this.poolSize = poolSize;
  }

  /** Makes one; it goes with the test. */
  static async make(t: TestContext, { poolSize = 0 }: { readonly poolSize?: number } = {}): Promise<World> {
    const world = new World(mkdtempSync(join(tmpdir(), "fairlead-differential-")), poolSize);
    t.after(() => world.#remove());
    // what is pinned here later must be seen by the process that serves the verbs, which has a mount namespace of its own
    await run("mount", "--bind", world.directory, world.directory);
    await run("mount", "--make-shared", world.directory);
    for (const name of ["var-lib/cni", "run/cni"]) mkdirSync(join(world.directory, name), { recursive: true });
    for (const path of [world.host, world.outside]) makeNamespace(path);
    world.#verbs = new VerbServer(world);
    await world.#connect();
    return world;
  }

  async call(call: VerbCall): Promise<VerbAnswer> {
    return await this.#server.call(call);
  }

  /**
   * Kills the process that serves the verbs, with -9, `afterMs` after it was given the call; the next call has another one. Gives whether the
   * call had been answered by then.
   */
  async callAndKill(call: VerbCall, afterMs: number): Promise<boolean> {
    const isAnswered = await this.#server.callAndKill(call, afterMs);
    this.#verbs = this.#spare ?? new VerbServer(this);
    // it takes a while to start: meanwhile the test goes on
    this.#spare = new VerbServer(this);
    return isAnswered;
  }

  get #server(): VerbServer {
    if (this.#verbs === undefined) throw new Error("bug: nobody serves verbs yet");
    return this.#verbs;
  }

  get residents(): { readonly host: Resident; readonly outside: Resident } {
    if (this.#residents === undefined) throw new Error("bug: the world is not connected");
    return this.#residents;
  }

  /** Where the namespace of a container is pinned. */
  pin(containerId: string): string {
    return join(this.directory, `container-${containerId}`);
  }

  async makeContainer(containerId: string): Promise<void> {
    if (this.#containers.has(containerId)) throw new Error(`bug: there is a container ${containerId}`);
    if (this.poolSize === 0) makeNamespace(this.pin(containerId));
    else await this.#takeFromPool(this.pin(containerId));
    // Goes when the namespace goes, and can be seen outside: a macvlan that the kernel has not come to yet would still answer for its address.
    const canary = `ip link add gone0 type veth peer name canary${this.#nextCanary++} netns "$1"`;
    await this.runIn(this.pin(containerId), "sh", "-ec", canary, "sh", this.outside);
    this.#containers.set(containerId, undefined);
  }

  /** As an agent makes it; again until the pool had one. */
  async #takeFromPool(path: string): Promise<void> {
    await poll(async () => {
      writeFileSync(path, "");
      await this.#server.call({ verb: "NAMESPACE", path });
      if ((await this.runIn(path, "ip", "link")).includes(" spare")) return true;
      NetworkNamespace.unpin(path);
      return false;
    });
  }

  /** Those who live in the containers; from then on they serve, and can be asked what they reach. */
  async inhabitants(): Promise<ReadonlyMap<string, Resident>> {
    await Promise.all(
      this.containerIds.map(async (id) => {
        if (this.#containers.get(id) === undefined) this.#containers.set(id, await Resident.start(this.pin(id), id));
      }),
    );
    // each has one by now
    return this.#containers as ReadonlyMap<string, Resident>;
  }

  get containerIds(): readonly string[] {
    return [...this.#containers.keys()];
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.#containers.get(containerId)?.end();
    this.#containers.delete(containerId);
    NetworkNamespace.unpin(this.pin(containerId));
  }

  /** Runs a program in a namespace, given by its path. */
  async runIn(namespacePath: string, file: string, ...args: readonly string[]): Promise<string> {
    using namespace = NetworkNamespace.open(namespacePath);
    // a process begins in the namespace of the thread that starts it
    return await namespace.enter(() => run(file, ...args));
  }

  async links(): Promise<string[]> {
    const links: { ifname: string }[] = JSON.parse(await this.runIn(this.host, "ip", "-j", "link"));
    return links.map(({ ifname }) => ifname);
  }

  /** As it was made: for the next test. */
  async reset(): Promise<void> {
    for (const containerId of this.containerIds) await this.removeContainer(containerId);
    // those of the pool are for the containers to come
    const own = (name: string) => name !== "lo" && name !== UPLINK && !name.startsWith("spare");
    // a link may go between the look and the call: with its peer, or with the namespace of the peer
    const removal = "for link; do ip link del $link 2>/dev/null || :; done; nft flush ruleset";
    await this.runIn(this.host, "sh", "-c", removal, "sh", ...(await this.links()).filter(own));
    await poll(async () => !(await this.links()).some(own));
    await poll(async () => !(await this.runIn(this.outside, "ip", "link")).includes("canary"));
    setForwarding(this.host, "0");
    for (const name of ["var-lib", "run"]) {
      rmSync(join(this.directory, name, "cni"), { recursive: true });
      mkdirSync(join(this.directory, name, "cni"));
    }
  }

  async #connect(): Promise<void> {
    const ends = `ip link add ${UPLINK} type veth peer name ${UPLINK} netns "$1"`;
    const addresses = ({ ip, ip6 }: typeof HOST) =>
      `ip link set lo up; ip link set ${UPLINK} up; ip address add ${ip}/24 dev ${UPLINK}; ip address add ${ip6}/64 dev ${UPLINK} nodad`;
    await this.runIn(this.host, "sh", "-ec", `${ends}; ${addresses(HOST)}`, "sh", this.outside);
    // a way back for packets that are not masqueraded: they are seen as what they are
    const routes = `ip route add default via ${HOST.ip}; ip route add default via ${HOST.ip6}`;
    await this.runIn(this.outside, "sh", "-ec", `${addresses(OUTSIDE)}; ${routes}`);
    this.#residents = {
      host: await Resident.start(this.host, "host"),
      outside: await Resident.start(this.outside, "outside"),
    };
  }

  async #remove(): Promise<void> {
    await this.#verbs?.end();
    await this.#spare?.end();
    for (const containerId of this.containerIds) await this.removeContainer(containerId);
    await this.#residents?.host.end();
    await this.#residents?.outside.end();
    for (const path of [this.host, this.outside]) NetworkNamespace.unpin(path);
    await run("umount", this.directory);
    rmSync(this.directory, { recursive: true });
  }
}

/**
 * No duplicate address detection where nobody else can be: the reference plugins would wait a second and a half for it. No forwarding, which a new
 * namespace has when the machine has it: plugins are to switch it on.
 */
function makeNamespace(path: string): void {
  using namespace = NetworkNamespace.create();
  namespace.enter(() => {
    for (const conf of ["all", "default"]) writeFileSync(`/proc/sys/net/ipv6/conf/${conf}/accept_dad`, "0");
    writeFileSync("/proc/sys/net/ipv4/ip_forward", "0");
  });
  namespace.pin(path);
}

function setForwarding(path: string, value: string): void {
  using namespace = NetworkNamespace.open(path);
  namespace.enter(() => {
    writeFileSync("/proc/sys/net/ipv4/ip_forward", value);
    writeFileSync("/proc/sys/net/ipv6/conf/all/forwarding", value);
  });
}
