import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type CniCommand, CniError, type JsonObject, type PluginExec, parseResult, processExec } from "@fairlead/cni";
import { Firewall } from "fairlead/network/firewall/firewall.ts";
import { Firewalld } from "fairlead/network/firewall/firewalld.ts";
import type { RunProgram } from "fairlead/network/firewall-table/run-program.ts";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { directExec } from "./direct-exec.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { CONTAINERS, run, TwoBridges } from "./two-bridges.ts";

inHostLikeNamespaces(import.meta.filename);

const host = await TwoBridges.make();
const directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-firewall-"));
let reference: PluginExec;
let kernel: Kernel;
let builtIn: PluginExec;

beforeEach(() => {
  reference = processExec({ searchPath: ["/usr/lib/cni"] });
  kernel = new Kernel({ poolSize: 0 });
  builtIn = directExec(kernel, new Map([["firewall", new Firewall()]]));
});

afterEach(() => {
  kernel[Symbol.dispose]();
  run("nft", "flush", "ruleset");
  forgetLegacy();
});

after(async () => {
  await host.remove();
  rmSync(directory, { recursive: true });
});

type Container = (typeof CONTAINERS)[number];

function call(exec: PluginExec, command: CniCommand, containerId: Container, more: JsonObject = {}) {
  const config = { cniVersion: "1.0.0", name: "blue", type: "firewall", prevResult: host.result(containerId), ...more };
  const netns = host.pin(containerId);
  return exec.run({ command, type: "firewall", config, containerId, netns, ifName: "eth0" });
}

function policy(verdict: "ACCEPT" | "DROP"): void {
  for (const command of ["iptables", "ip6tables"]) run(command, "-P", "FORWARD", verdict);
}

/** `-A …` lines of both families. */
function rules(): string[] {
  return ["iptables-save", "ip6tables-save"].flatMap((command) => {
    return run(command, "-t", "filter")
      .split("\n")
      .filter((line) => line.startsWith("-A"));
  });
}

function elements(): string {
  return ["ip", "ip6"].map((family) => run("nft", "list", "set", family, "fairlead", "firewall")).join("");
}

async function reachWith(exec: PluginExec, verdict: "ACCEPT" | "DROP", config: JsonObject, prepare?: () => void) {
  run("nft", "flush", "ruleset");
  policy(verdict);
  for (const containerId of ["a1", "b1"] as const) await call(exec, "ADD", containerId, config);
  prepare?.();
  const during = await host.reach();
  for (const containerId of ["a1", "b1"] as const) await call(exec, "DEL", containerId, config);
  return { during, after: await host.reach() };
}

describe("over nf_tables", () => compareReach());

describe("over the older tables", () => {
  const path = process.env.PATH;
  before(() => {
    process.env.PATH = `${legacyCommands()}:${path}`;
  });
  after(() => {
    process.env.PATH = path;
  });
  compareReach();
});

function compareReach(): void {
  const configurations: readonly (readonly [string, "ACCEPT" | "DROP", JsonObject])[] = [
    ["nothing said", "DROP", {}],
    ["backend iptables", "DROP", { backend: "iptables" }],
    ["an own chain of the administrator", "DROP", { iptablesAdminChainName: "OWN-ADMIN" }],
    ["ingress policy same-bridge", "DROP", { ingressPolicy: "same-bridge" }],
    ["ingress policy same-bridge where all is forwarded", "ACCEPT", { ingressPolicy: "same-bridge" }],
  ];
  for (const [name, verdict, config] of configurations) {
    test(`reaches as far as the reference: ${name}`, async () => {
      const expected = await reachWith(reference, verdict, config);
      forgetLegacy();
      assert.deepEqual(await reachWith(builtIn, verdict, config), expected);
      assert.ok(expected.during.includes("a1 > outside: outside saw 10.61.0.2, outside saw fd00:61::2"));
      if (verdict === "DROP") assert.ok(expected.during.includes("outside > a1: silence, silence"));
      else assert.ok(expected.during.includes("a1 > b1: silence, silence"));
    });
  }

  test("the administrator's chain comes first", async () => {
    const forbid = () => run("iptables", "-A", "CNI-ADMIN", "-d", host.addresses("outside").v4, "-j", "DROP");
    const expected = await reachWith(reference, "DROP", {}, forbid);
    forgetLegacy();
    assert.deepEqual(await reachWith(builtIn, "DROP", {}, forbid), expected);
    assert.ok(expected.during.includes("a1 > outside: silence, outside saw fd00:61::2"));
  });

  test("what the reference added, the built-in removes", async () => {
    policy("DROP");
    for (const containerId of ["a1", "b1"] as const) await call(reference, "ADD", containerId);
    const both = rules();
    await call(builtIn, "DEL", "a1");
    assert.deepEqual(
      rules(),
      both.filter((rule) => !rule.includes("10.61.0.2") && !rule.includes("fd00:61::2")),
    );
    assert.ok((await host.reach()).includes("b1 > outside: outside saw 10.62.0.2, outside saw fd00:62::2"));
    await call(builtIn, "DEL", "b1");
    assert.ok(rules().every((rule) => / -j CNI-/.test(rule)));
  });

  test("on rules of the reference, and before them, the built-in works as well", async () => {
    policy("DROP");
    await call(reference, "ADD", "a1");
    await call(builtIn, "ADD", "b1");
    const expected = await host.reach();
    assert.ok(expected.includes("a1 > b1: b1 saw 10.61.0.2, b1 saw fd00:61::2"));
    await call(reference, "DEL", "a1");
    await call(builtIn, "ADD", "a1");
    await call(builtIn, "DEL", "b1");
    await call(reference, "ADD", "b1");
    assert.deepEqual(await host.reach(), expected);
    await call(reference, "CHECK", "b1");
    // the reference does not know of elements; GC does
    await call(reference, "DEL", "a1");
    await call(builtIn, "GC", "a1", { cniVersion: "1.1.0", "cni.dev/valid-attachments": [] });
    await call(reference, "DEL", "b1");
    assert.ok((await host.reach()).includes("a1 > outside: silence, silence"));
  });

  test("the rule of iptables is put in once, and again when somebody flushed it", async () => {
    policy("DROP");
    await call(builtIn, "ADD", "a1");
    const once = rules();
    await call(builtIn, "ADD", "b1");
    await call(builtIn, "ADD", "a2");
    assert.deepEqual(rules(), once);
    await call(builtIn, "CHECK", "a1");
    for (const command of ["iptables", "ip6tables"]) run(command, "-F", "CNI-FORWARD");
    await assert.rejects(async () => await call(builtIn, "CHECK", "a1"), { message: /FORWARD/ });
    await call(builtIn, "ADD", "b1");
    assert.deepEqual(rules(), once);
    await call(builtIn, "CHECK", "a1");
  });
}

test("isolated containers of one bridge do not reach each other, nor others", async () => {
  policy("ACCEPT");
  for (const containerId of CONTAINERS) await call(builtIn, "ADD", containerId, { ingressPolicy: "isolated" });
  const reach = await host.reach();
  assert.deepEqual(
    reach.filter((line) => !line.includes("outside")),
    reach.filter((line) => !line.includes("outside")).map((line) => line.replace(/:.*/, ": silence, silence")),
  );
  assert.ok(reach.includes("a2 > outside: outside saw 10.61.0.3, outside saw fd00:61::3"));
  assert.ok(reach.includes("outside > a2: a2 saw 192.0.2.20, a2 saw 2001:db8::20"));
  // one on the bridge that asks for less does not set the others free
  await call(builtIn, "ADD", "a2", { ingressPolicy: "same-bridge" });
  assert.deepEqual(await host.reach(), reach);
});

test("after somebody flushed all rule sets, the next ADD works", async () => {
  await call(builtIn, "ADD", "a1");
  run("nft", "flush", "ruleset");
  policy("DROP");
  await assert.rejects(async () => await call(builtIn, "CHECK", "a1"), { message: /10\.61\.0\.2/ });
  await call(builtIn, "ADD", "a1");
  await call(builtIn, "ADD", "b1");
  assert.ok((await host.reach()).includes("a1 > b1: b1 saw 10.61.0.2, b1 saw fd00:61::2"));
  await call(builtIn, "CHECK", "a1");
});

test("marks are taken off again", async () => {
  policy("DROP");
  await call(builtIn, "ADD", "a1");
  run("nft", "add table ip look; add chain ip look c { type filter hook postrouting priority 300; }");
  run("nft", "add rule ip look c meta mark and 0x1000 != 0 drop");
  assert.ok((await host.reach()).includes("a1 > outside: outside saw 10.61.0.2, outside saw fd00:61::2"));
});

test("ADD gives the result before; DEL and GC leave what is not theirs; DEL does not mind what is missing", async () => {
  const result = async (exec: PluginExec) => parseResult((await call(exec, "ADD", "a1")) ?? {}, "0.4.0");
  assert.deepEqual(await result(builtIn), await result(reference));
  await call(builtIn, "ADD", "a2");
  // a2's address goes over to b1
  const takeover = { prevResult: host.result("a2") };
  await call(builtIn, "ADD", "b1", takeover);
  await call(builtIn, "DEL", "a2");
  await assert.rejects(async () => await call(builtIn, "CHECK", "a2"));
  await call(builtIn, "CHECK", "b1", takeover);

  const valid = [{ containerID: "b1", ifname: "eth0" }];
  await call(builtIn, "GC", "a1", { cniVersion: "1.1.0", name: "red", "cni.dev/valid-attachments": [] });
  await call(builtIn, "CHECK", "a1");
  await call(builtIn, "GC", "a1", { cniVersion: "1.1.0", "cni.dev/valid-attachments": valid });
  await assert.rejects(async () => await call(builtIn, "CHECK", "a1"));
  await call(builtIn, "CHECK", "b1", takeover);

  await call(builtIn, "DEL", "b1", { prevResult: null });
  assert.doesNotMatch(elements(), /elements/);
  await call(builtIn, "DEL", "b1");
  run("nft", "flush", "ruleset");
  await call(builtIn, "DEL", "b1");
  await call(builtIn, "DEL", "b1", { prevResult: null });
  assert.equal(run("nft", "list", "ruleset"), "");
});

test("nft loads what it lists", async () => {
  policy("DROP");
  await call(builtIn, "ADD", "a1", { ingressPolicy: "isolated" });
  const tables = () => ["ip", "ip6"].map((family) => run("nft", "list", "table", family, "fairlead")).join("");
  const listed = tables();
  const file = join(directory, "listed.nft");
  writeFileSync(file, listed);
  for (const family of ["ip", "ip6"]) run("nft", "delete", "table", family, "fairlead");
  run("nft", "-f", file);
  assert.equal(tables(), listed);
  await call(builtIn, "CHECK", "a1");
});

describe("where firewalld runs", () => {
  const zone = new Set<string>();
  /** Answers as `dbus-send` prints it. */
  const bus: RunProgram = (_, args) => {
    const [zoneName, address = ""] = args.slice(5).map((arg) => arg.replace("string:", ""));
    const isThere = zone.has(address);
    if (args[4]?.endsWith("addSource")) {
      if (zoneName !== "trusted" || isThere) {
        return { status: 1, stdout: "", stderr: isThere ? "Error: ZONE_ALREADY_SET" : "Error: INVALID_ZONE" };
      }
      zone.add(address);
    } else if (args[4]?.endsWith("removeSource")) zone.delete(address);
    else return { status: 0, stdout: `   boolean ${args[4]?.endsWith("NameHasOwner") || isThere}`, stderr: "" };
    return { status: 0, stdout: "", stderr: "" };
  };
  let withFirewalld: PluginExec;
  beforeEach(() => {
    zone.clear();
    withFirewalld = directExec(kernel, new Map([["firewall", new Firewall(new Firewalld(bus, () => true))]]));
  });

  test("addresses are put into its zone, unless iptables are asked for", async () => {
    await call(withFirewalld, "ADD", "a1");
    assert.deepEqual([...zone], ["10.61.0.2/32", "fd00:61::2/128"]);
    assert.equal(run("nft", "list", "ruleset"), "");
    await call(withFirewalld, "ADD", "a1");
    await call(withFirewalld, "CHECK", "a1");
    await call(withFirewalld, "STATUS", "a1", { cniVersion: "1.1.0", backend: "firewalld" });
    zone.delete("fd00:61::2/128");
    await assert.rejects(async () => await call(withFirewalld, "CHECK", "a1"), {
      message: /fd00:61::2 in trusted zone/,
    });
    await call(withFirewalld, "DEL", "a1");
    assert.deepEqual([...zone], []);
    await call(withFirewalld, "DEL", "a1");

    await call(withFirewalld, "ADD", "a1", { backend: "iptables" });
    assert.deepEqual([...zone], []);
    assert.match(elements(), /10\.61\.0\.2/);
    // an attachment that is older than firewalld
    await call(withFirewalld, "DEL", "a1");
    assert.doesNotMatch(elements(), /10\.61\.0\.2/);
  });

  test("what fails is undone", async () => {
    await assert.rejects(async () => await call(withFirewalld, "ADD", "a1", { firewalldZone: "none" }), {
      pluginCode: 999,
    });
    const long = {
      ingressPolicy: "isolated",
      prevResult: { ...host.result("a1"), interfaces: [{ name: "b".repeat(16) }] },
    };
    await assert.rejects(async () => await call(withFirewalld, "ADD", "a1", long));
    assert.deepEqual([...zone], []);
  });
});

test("STATUS is fine, and says when the backend is not there", async () => {
  await call(builtIn, "STATUS", "a1", { cniVersion: "1.1.0" });
  const absent = { cniVersion: "1.1.0", backend: "firewalld" };
  await assert.rejects(async () => await call(builtIn, "STATUS", "a1", absent), { pluginCode: 50 });
});

test("bad configurations are refused with the reference's code, and change nothing", async () => {
  const bad: readonly JsonObject[] = [
    { prevResult: null },
    { backend: 5 },
    { backend: "firewalld" },
    { ingressPolicy: "bogus" },
    { ingressPolicy: ["open"] },
    { firewalldZone: 1 },
    { iptablesAdminChainName: "A B" },
    { iptablesAdminChainName: "-A" },
    { iptablesAdminChainName: "A".repeat(29) },
    { ingressPolicy: "same-bridge", prevResult: { cniVersion: "1.0.0", ips: [{ address: "10.1.0.2/16" }] } },
    { ingressPolicy: "same-bridge", prevResult: { cniVersion: "1.0.0", interfaces: [{ name: "" }] } },
    { prevResult: 7 },
    { prevResult: { cniVersion: "1.0.0", ips: [{ address: "10.1.0.300/16" }] } },
    { prevResult: { cniVersion: "9.0.0" } },
    { name: "" },
  ];
  for (const command of ["ADD", "CHECK", "DEL"] as const) {
    for (const config of bad) {
      const expected = await codeOf(() => call(reference, command, "a1", config));
      run("nft", "flush", "ruleset");
      const what = `${command} ${JSON.stringify(config)}`;
      assert.equal(await codeOf(() => call(builtIn, command, "a1", config)), expected, what);
      assert.equal(run("nft", "list", "ruleset"), "", what);
    }
  }
});

async function codeOf(call: () => Promise<unknown>): Promise<number | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CniError, String(error));
    return error.pluginCode;
  }
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

/** Empties the older tables, which `nft flush ruleset` does not know of. */
function forgetLegacy(): void {
  for (const command of ["iptables-legacy", "ip6tables-legacy"]) {
    run(command, "-P", "FORWARD", "ACCEPT");
    run(command, "-F");
    run(command, "-X");
  }
}
