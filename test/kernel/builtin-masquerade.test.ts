import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type Cidr, type CniCommand, type JsonObject, parseCidr, processExec } from "@fairlead/cni";
import { NetworkNamespace } from "@fairlead/netlink";
import {
  addMasquerade,
  checkMasquerade,
  collectMasquerade,
  removeMasquerade,
} from "fairlead/network/masquerade/masquerade.ts";
import { referenceComment } from "fairlead/network/masquerade/reference-masquerade.ts";
import type { AttachmentId } from "fairlead/network/plugin/attachment.ts";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { type CONTAINERS, run, TwoBridges } from "./two-bridges.ts";

inHostLikeNamespaces(import.meta.filename);

type Container = (typeof CONTAINERS)[number];

const host = await TwoBridges.make();
const directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-masquerade-"));
let kernel: Kernel;

const owner = (containerId: Container): AttachmentId => ({ network: "blue", containerId, ifName: "eth0" });

function addresses(name: Container): Cidr[] {
  const { v4, v6 } = host.addresses(name);
  return [`${v4}/16`, `${v6}/64`].flatMap((text) => parseCidr(text) ?? []);
}

beforeEach(() => {
  kernel = new Kernel({ poolSize: 0 });
});

afterEach(() => {
  kernel[Symbol.dispose]();
  run("nft", "flush", "ruleset");
});

after(async () => {
  await host.remove();
  rmSync(directory, { recursive: true });
});

test("traffic to other subnets has the host's address, traffic to the own one is left alone", async () => {
  const before = await host.reach();
  assert.ok(before.includes("a1 > outside: outside saw 10.61.0.2, outside saw fd00:61::2"));
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  const during = await host.reach();
  assert.deepEqual(
    during.filter((line) => !before.includes(line)),
    ["a1 > b1: b1 saw 10.62.0.1, b1 saw fd00:62::1", "a1 > outside: outside saw 192.0.2.10, outside saw 2001:db8::10"],
  );
  checkMasquerade(kernel, owner("a1"), addresses("a1"));
  addMasquerade(kernel, owner("a2"), addresses("a2"));
  removeMasquerade(kernel, owner("a1"), addresses("a1"));
  assert.ok((await host.reach()).includes("a2 > outside: outside saw 192.0.2.10, outside saw 2001:db8::10"));
  removeMasquerade(kernel, owner("a2"));
  assert.deepEqual(await host.reach(), before);
});

test("multicast is left alone", () => {
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  const chain = (family: string, name: string) => run("nft", "list", "chain", family, "fairlead", name);
  assert.match(
    chain("ip", "masquerade_10.61.0.0/16"),
    /ip daddr 10\.61\.0\.0\/16 return\n\t\tip daddr 224\.0\.0\.0\/4 return\n\t\tmasquerade\n/,
  );
  assert.match(
    chain("ip6", "masquerade_fd00_61__/64"),
    /ip6 daddr fd00:61::\/64 return\n\t\tip6 daddr ff00::\/8 return\n\t\tmasquerade\n/,
  );
});

test("an address belongs to whoever got it last", () => {
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  addMasquerade(kernel, owner("b1"), addresses("a1"));
  removeMasquerade(kernel, owner("a1"), addresses("a1"));
  removeMasquerade(kernel, owner("a1"));
  checkMasquerade(kernel, owner("b1"), addresses("a1"));
  assert.throws(() => checkMasquerade(kernel, owner("a1"), addresses("a1")), { message: /10\.61\.0\.2/ });
  removeMasquerade(kernel, owner("b1"), addresses("a1"));
  removeMasquerade(kernel, owner("b1"), addresses("a1"));
  assert.throws(() => checkMasquerade(kernel, owner("b1"), addresses("a1")));
});

test("whoever flushes rule sets, or loads them again, is survived", async () => {
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  const saved = run("nft", "list", "ruleset");
  run("nft", "flush", "ruleset");
  assert.throws(() => checkMasquerade(kernel, owner("a1"), addresses("a1")));
  removeMasquerade(kernel, owner("a1"), addresses("a1"));
  addMasquerade(kernel, owner("a1"), addresses("a1"));
  assert.equal(run("nft", "list", "ruleset"), saved);

  run("nft", "flush", "chain", "ip", "fairlead", "masquerade_postrouting");
  assert.throws(() => checkMasquerade(kernel, owner("a1"), addresses("a1")));
  addMasquerade(kernel, owner("a2"), addresses("a2"));
  checkMasquerade(kernel, owner("a1"), addresses("a1"));

  const file = join(directory, "saved.nft");
  writeFileSync(file, `flush ruleset\n${saved}`);
  run("nft", "-f", file);
  checkMasquerade(kernel, owner("a1"), addresses("a1"));
  assert.ok((await host.reach()).includes("a1 > outside: outside saw 192.0.2.10, outside saw 2001:db8::10"));
  using another = new Kernel({ poolSize: 0 });
  removeMasquerade(another, owner("a1"), addresses("a1"));
  addMasquerade(kernel, owner("a2"), addresses("a2"));
  assert.throws(() => checkMasquerade(kernel, owner("a1"), addresses("a1")));
});

test("others may change their rule sets all the time", async () => {
  const busy = spawn("sh", ["-c", "for i in $(seq 30); do nft add table ip other; nft delete table ip other; done"]);
  let isBusy = true;
  const ended = once(busy, "exit").finally(() => {
    isBusy = false;
  });
  while (isBusy) {
    for (const name of ["a1", "a2"] as const) addMasquerade(kernel, owner(name), addresses(name));
    removeMasquerade(kernel, owner("a1"), addresses("a1"));
    checkMasquerade(kernel, owner("a2"), addresses("a2"));
    assert.throws(() => checkMasquerade(kernel, owner("a1"), addresses("a1")));
    removeMasquerade(kernel, owner("a2"));
    await setImmediate();
  }
  assert.deepEqual(await ended, [0, null]);
});

test("what belongs to no valid attachment of the network is collected", () => {
  for (const name of ["a1", "a2", "b1"] as const) addMasquerade(kernel, owner(name), addresses(name));
  collectMasquerade(kernel, "red", []);
  collectMasquerade(kernel, "blu", []);
  collectMasquerade(kernel, "blue", [owner("a1"), owner("b1")]);
  checkMasquerade(kernel, owner("a1"), addresses("a1"));
  checkMasquerade(kernel, owner("b1"), addresses("b1"));
  assert.throws(() => checkMasquerade(kernel, owner("a2"), addresses("a2")));
  collectMasquerade(kernel, "blue", []);
  assert.doesNotMatch(run("nft", "list", "ruleset"), /elements/);
});

test("rules of the newest reference over nftables are removed, those of others stay", () => {
  const chain = ["inet", "cni_plugins_masquerade", "masq_checks"];
  run("nft", "add", "table", "inet", "cni_plugins_masquerade");
  run("nft", "add", "chain", ...chain);
  const rule = (name: Container) => {
    const comment = `"${referenceComment(owner(name))}, net: blue, if: eth0, id: ${name}"`;
    run("nft", "add", "rule", ...chain, "ip", "saddr", host.addresses(name).v4, "masquerade", "comment", comment);
  };
  for (const name of ["a1", "b1"] as const) rule(name);
  removeMasquerade(kernel, owner("a1"), addresses("a1"));
  const left = run("nft", "list", "chain", ...chain);
  assert.ok(left.includes("10.62.0.2") && !left.includes("10.61.0.2"));
});

describe("rules of the reference over nf_tables", () => {
  removesReferenceRules("");
});

describe("rules of the reference over the older tables", () => {
  removesReferenceRules("-legacy");
});

/** `suffix` is that of the iptables commands. */
function removesReferenceRules(suffix: string): void {
  const path = process.env.PATH;
  before(() => {
    if (suffix !== "") process.env.PATH = `${legacyCommands()}:${path}`;
  });
  after(() => {
    process.env.PATH = path;
    if (suffix === "") return;
    for (const command of ["iptables-legacy", "ip6tables-legacy"]) {
      run(command, "-t", "nat", "-F");
      run(command, "-t", "nat", "-X");
    }
  });

  test("are removed with the chain, those of others stay, and removing ours starts no process without them", async () => {
    const rules = () => {
      return [`iptables${suffix}-save`, `ip6tables${suffix}-save`].flatMap((command) => {
        return run(command, "-t", "nat")
          .split("\n")
          .filter((line) => line.startsWith("-A") || line.startsWith(":CNI"));
      });
    };
    const given = [await bridge("ADD", "a1"), await bridge("ADD", "b1")].map(cidrs);
    const others = rules().filter((rule) => rule.includes("b1"));
    assert.equal(others.length, 6);
    assert.ok(rules().length > others.length);
    removeMasquerade(kernel, owner("a1"), given[0]);
    assert.deepEqual(
      rules().filter((rule) => !rule.startsWith(":")),
      others,
    );
    assert.equal(rules().filter((rule) => rule.startsWith(":")).length, 2);
    removeMasquerade(kernel, owner("b1"));
    assert.deepEqual(rules(), []);
    for (const name of ["a1", "b1"] as const) await bridge("DEL", name);
    if (suffix !== "") return;
    process.env.PATH = directory;
    using another = new Kernel({ poolSize: 0 });
    removeMasquerade(another, owner("a1"), given[0]);
    process.env.PATH = path;
  });
}

/** Runs the reference `bridge` with `ipMasq`. */
async function bridge(command: CniCommand, containerId: Container): Promise<JsonObject | undefined> {
  const pin = join(directory, containerId);
  if (command === "ADD") {
    using namespace = NetworkNamespace.create();
    namespace.enter(() => writeFileSync("/proc/sys/net/ipv6/conf/default/accept_dad", "0"));
    namespace.pin(pin);
  }
  const ranges = [[{ subnet: "10.63.0.0/16" }], [{ subnet: "fd00:63::/64" }]];
  const ipam = { type: "host-local", dataDir: join(directory, "ipam"), ranges };
  // of a chain that is gone it says at the end that it is, when it has freed all the rest
  const ipMasq = command === "ADD";
  const config = { cniVersion: "1.0.0", name: "blue", type: "bridge", bridge: "br-m", isGateway: true, ipMasq };
  const result = await processExec({ searchPath: ["/usr/lib/cni"] }).run({
    command,
    type: "bridge",
    config: { ...config, ipam },
    containerId,
    netns: pin,
    ifName: "eth0",
  });
  if (command === "DEL") NetworkNamespace.unpin(pin);
  return result;
}

function cidrs(result: JsonObject | undefined): Cidr[] {
  const ips = result?.ips;
  assert.ok(Array.isArray(ips));
  return ips.flatMap((ip) => parseCidr(String((ip as JsonObject).address)) ?? []); // objects, as the spec says
}

/** A directory in which the usual names mean the older tables. */
function legacyCommands(): string {
  const bin = mkdtempSync(join(directory, "legacy-"));
  for (const name of ["iptables", "ip6tables"]) {
    for (const suffix of ["", "-save", "-restore"]) {
      symlinkSync(`/usr/sbin/${name}-legacy${suffix}`, join(bin, `${name}${suffix}`));
    }
  }
  return bin;
}
