import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { NetworkNamespace } from "@fairlead/netlink";
import { type Probe, RESIDENT_PORT, Resident } from "../differential/resident.ts";
import { poll } from "../support/poll.ts";

// addresses from the blocks that RFC 5737 and RFC 3849 keep for documentation
export const HOST = { v4: "192.0.2.10", v4Other: "192.0.2.11", v6: "2001:db8::10" };
export const OUTSIDE = { v4: "192.0.2.20", v6: "2001:db8::20" };
/** Another machine, by the way of the one outside. */
const ELSEWHERE = "198.51.100.7";
export const GATEWAY = { v4: "10.22.0.1", v6: "fd00:22::1" };
export const BRIDGE = "br-blue";

export type Ports = Readonly<Record<string, readonly [port: number, protocol?: Probe["protocol"]]>>;

export function run(file: string, ...argv: readonly string[]): string {
  return execFileSync(file, argv, { encoding: "utf8" });
}

const ip = (argv: string) => run("ip", ...argv.split(" "));

/**
 * Those who may reach a port of the host, which is the namespace of the test: a machine outside, the host itself, and containers, each of whom serves
 * on a port and says whom he sees.
 */
export class PortNeighbours {
  readonly directory: string = mkdtempSync(join(tmpdir(), "fairlead-kernel-ports-"));
  readonly #residents = new Map<string, Resident>();

  /** They come before the tests of the calling file, and go after them. */
  static forTests(): PortNeighbours {
    const neighbours = new PortNeighbours();
    before(() => neighbours.#settle());
    after(() => neighbours.#leave());
    return neighbours;
  }

  pin(name: string): string {
    return join(this.directory, name);
  }

  /** `bridge` with addresses of both families, without masquerading: everybody is seen as who he is. */
  get bridgeConfig(): JsonObject {
    return {
      type: "bridge",
      bridge: BRIDGE,
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        dataDir: join(this.directory, "ipam"),
        ranges: [[{ subnet: "10.22.0.0/24" }], [{ subnet: "fd00:22::/64" }]],
        routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
      },
    };
  }

  async makeContainer(name: string): Promise<void> {
    using namespace = NetworkNamespace.create();
    namespace.enter(() => writeFileSync("/proc/sys/net/ipv6/conf/default/accept_dad", "0"));
    namespace.pin(this.pin(name));
    this.#residents.set(name, await Resident.start(this.pin(name), name));
  }

  async removeContainer(name: string): Promise<void> {
    await this.#residents.get(name)?.end();
    this.#residents.delete(name);
    NetworkNamespace.unpin(this.pin(name));
  }

  /** Waits until a container reaches the machine outside: a new port of a bridge may lose the first packets, and what is asked later is asked once. */
  async connected(name: string): Promise<void> {
    for (const address of [OUTSIDE.v4, OUTSIDE.v6]) {
      await poll(async () => (await this.ask(name, address, RESIDENT_PORT)).startsWith("outside"));
    }
  }

  /** Takes all rules away, and the bridge with its addresses where there is one. */
  reset(): void {
    run("nft", "flush", "ruleset");
    run("sh", "-c", `ip link del ${BRIDGE} 2>/dev/null || :`);
    rmSync(join(this.directory, "ipam"), { recursive: true, force: true });
  }

  /** Who answers, and whom he saw: as one from whom a packet comes. */
  async ask(from: string, address: string, port: number, protocol: Probe["protocol"] = "tcp"): Promise<string> {
    const [answer = ""] = await this.#askAll(from, [{ address, port, protocol }]);
    return answer;
  }

  /** The truth table: who reaches ports by what address, and is seen as whom. */
  async reach(ports: Ports): Promise<Readonly<Record<string, string>>> {
    const fromContainer = [HOST.v4, GATEWAY.v4, HOST.v6, GATEWAY.v6, ELSEWHERE];
    const targets = {
      outside: [HOST.v4, HOST.v4Other, HOST.v6, ELSEWHERE],
      host: [HOST.v4, HOST.v4Other, "127.0.0.1", HOST.v6, "::1", ELSEWHERE],
      c1: fromContainer,
      c2: fromContainer,
    };
    const rows = await Promise.all(
      Object.entries(targets).map(async ([from, list]) => {
        const probes = Object.values(ports).flatMap(([port, protocol = "tcp"]) => {
          return list.map((address) => ({ address, port, protocol }));
        });
        const answers = await this.#askAll(from, probes);
        return probes.map(({ address, port, protocol }, index): [string, string] => {
          return [`${from} to ${port}/${protocol} of ${address}`, answers[index] ?? ""];
        });
      }),
    );
    return Object.fromEntries(rows.flat());
  }

  async #askAll(from: string, probes: readonly Probe[]): Promise<string[]> {
    const resident = this.#residents.get(from);
    assert.ok(resident, `${from} lives somewhere`);
    const answers = await resident.tryAll(probes);
    const isNobody = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|silence)$/;
    return answers.map((answer) => (isNobody.test(answer) ? "nobody" : answer));
  }

  async #settle(): Promise<void> {
    await this.makeContainer("outside");
    ip(`link add up0 type veth peer name up0 netns ${this.pin("outside")}`);
    for (const address of [`${HOST.v4}/24`, `${HOST.v4Other}/24`, `${HOST.v6}/64`]) ip(`addr add ${address} dev up0`);
    ip("link set up0 up");
    const outside = (argv: string) => run("nsenter", `--net=${this.pin("outside")}`, "--", "ip", ...argv.split(" "));
    const addresses = [`${OUTSIDE.v4}/24`, `${ELSEWHERE}/32`, `${OUTSIDE.v6}/64`];
    for (const address of addresses) outside(`addr add ${address} dev up0`);
    outside("link set lo up");
    outside("link set up0 up");
    outside(`route add default via ${HOST.v4}`);
    outside(`-6 route add default via ${HOST.v6}`);
    ip(`route add ${ELSEWHERE}/32 via ${OUTSIDE.v4}`);
    this.#residents.set("host", await Resident.start("/proc/self/ns/net", "host"));
  }

  async #leave(): Promise<void> {
    await this.#residents.get("host")?.end();
    await this.removeContainer("outside");
    rmSync(this.directory, { recursive: true });
  }
}
