import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@fairlead/cni";
import { NetworkNamespace } from "@fairlead/netlink";
import { RESIDENT_PORT, Resident } from "../differential/resident.ts";

interface Place {
  readonly v4: string;
  readonly v6: string;
  readonly bridge?: string;
}

/** Two containers on one bridge, one on another, and somebody outside. Addresses outside are those of RFC 5737 and RFC 3849. */
const PLACES = {
  a1: { v4: "10.61.0.2", v6: "fd00:61::2", bridge: "br-a" },
  a2: { v4: "10.61.0.3", v6: "fd00:61::3", bridge: "br-a" },
  b1: { v4: "10.62.0.2", v6: "fd00:62::2", bridge: "br-b" },
  outside: { v4: "192.0.2.20", v6: "2001:db8::20" },
} as const satisfies Record<string, Place>;

export type PlaceName = keyof typeof PLACES;
export const CONTAINERS = ["a1", "a2", "b1"] as const;

const GATEWAYS = {
  "br-a": ["10.61.0.1/16", "fd00:61::1/64"],
  "br-b": ["10.62.0.1/16", "fd00:62::1/64"],
  up0: ["192.0.2.10/24", "2001:db8::10/64"],
} as const;

export const run = (file: string, ...argv: readonly string[]) => execFileSync(file, argv, { encoding: "utf8" });
const ip = (words: string) => run("ip", ...words.split(" "));

/** A host with two bridges in the calling process's network namespace, and people who say whom they see. */
export class TwoBridges {
  readonly #directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-bridges-"));
  readonly #residents = new Map<PlaceName, Resident>();

  static async make(): Promise<TwoBridges> {
    const host = new TwoBridges();
    for (const bridge of ["br-a", "br-b"]) ip(`link add ${bridge} type bridge`);
    for (const name of Object.keys(PLACES)) await host.#settle(name as PlaceName); // the keys are the names
    for (const [link, addresses] of Object.entries(GATEWAYS)) {
      for (const address of addresses) ip(`addr add ${address} dev ${link}`);
      ip(`link set ${link} up`);
    }
    host.#introduce("a1", "a2");
    host.#introduce("a2", "a1");
    await host.#awaitEverybody();
    return host;
  }

  /** Where the namespace of somebody is pinned. */
  pin(name: PlaceName): string {
    return join(this.#directory, name);
  }

  /** What `bridge` would have given for a container. */
  result(name: (typeof CONTAINERS)[number], cniVersion = "1.0.0"): JsonObject {
    const { bridge, v4, v6 } = PLACES[name];
    return {
      cniVersion,
      interfaces: [{ name: bridge }, { name: `v-${name}` }, { name: "eth0", sandbox: this.pin(name) }],
      ips: [
        { address: `${v4}/16`, interface: 2 },
        { address: `${v6}/64`, interface: 2 },
      ],
      dns: {},
    };
  }

  addresses(name: PlaceName): { readonly v4: string; readonly v6: string } {
    return PLACES[name];
  }

  /** Who reaches whom, over both families: `a1 > outside: outside saw 10.61.0.2, outside saw fd00:61::2`. */
  async reach(): Promise<string[]> {
    const names = [...this.#residents.keys()];
    const lines = names.map(async (from) => {
      const others = names.filter((name) => name !== from);
      const answers = await this.#askTwice(
        from,
        others.flatMap((name) => [PLACES[name].v4, PLACES[name].v6]),
      );
      return others.map((name, i) => `${from} > ${name}: ${answers[2 * i]}, ${answers[2 * i + 1]}`);
    });
    return (await Promise.all(lines)).flat();
  }

  /** Who does not answer is asked again: on a busy machine he may just have been slow. */
  async #askTwice(from: PlaceName, addresses: readonly string[]): Promise<string[]> {
    const first = await this.#ask(from, addresses);
    const second = await this.#ask(
      from,
      addresses.filter((_, i) => first[i] === "silence"),
    );
    return first.map((answer) => (answer === "silence" ? (second.shift() ?? answer) : answer));
  }

  async #ask(from: PlaceName, addresses: readonly string[]): Promise<string[]> {
    const resident = this.#residents.get(from);
    assert.ok(resident !== undefined);
    const probes = addresses.map((address) => ({ protocol: "tcp", address, port: RESIDENT_PORT }) as const);
    return (await resident.tryAll(probes)).map(heard);
  }

  /** Bridges and IPv6 take their time to begin. */
  async #awaitEverybody(): Promise<void> {
    for (let attempt = 0; (await this.reach()).some((line) => line.includes("silence")); attempt++) {
      assert.ok(attempt < 50, "everybody reaches everybody in the end");
    }
  }

  async remove(): Promise<void> {
    for (const resident of this.#residents.values()) await resident.end();
    for (const name of this.#residents.keys()) NetworkNamespace.unpin(this.pin(name));
    rmSync(this.#directory, { recursive: true });
  }

  /** Over IPv6 they would ask each other first, which is forwarded, too; and how soon they ask again is the kernel's affair. */
  #introduce(name: PlaceName, other: PlaceName): void {
    const links: { address: string }[] = JSON.parse(this.#inside(other, "-j link show dev eth0"));
    this.#inside(name, `neigh replace ${PLACES[other].v6} lladdr ${links[0]?.address} dev eth0 nud permanent`);
  }

  #inside(name: PlaceName, words: string): string {
    return run("nsenter", `--net=${this.pin(name)}`, "--", "ip", ...words.split(" "));
  }

  async #settle(name: PlaceName): Promise<void> {
    using namespace = NetworkNamespace.create();
    namespace.pin(this.pin(name));
    const { v4, v6, bridge }: Place = PLACES[name];
    const link = bridge === undefined ? "up0" : `v-${name}`;
    ip(`link add ${link} type veth peer name eth0 netns ${this.pin(name)}`);
    if (bridge !== undefined) ip(`link set ${link} master ${bridge} up`);
    const inside = (words: string) => this.#inside(name, words);
    inside("link set lo up");
    inside(`addr add ${v4}/${bridge === undefined ? 24 : 16} dev eth0`);
    inside(`addr add ${v6}/64 dev eth0 nodad`);
    inside("link set eth0 up");
    const [via4, via6] = bridge === undefined ? GATEWAYS.up0 : GATEWAYS[bridge as "br-a" | "br-b"]; // no other is in the table
    inside(`route add default via ${via4.split("/")[0]}`);
    inside(`-6 route add default via ${via6.split("/")[0]}`);
    this.#residents.set(name, await Resident.start(this.pin(name), name));
  }
}

/** Nobody: it is a matter of time whether the kernel says so, too. */
function heard(answer: string): string {
  return answer === "EHOSTUNREACH" ? "silence" : answer;
}
