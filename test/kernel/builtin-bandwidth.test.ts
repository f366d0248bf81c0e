import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import {
  type CniCommand,
  CniError,
  isJsonObject,
  type JsonObject,
  type PluginCall,
  type PluginExec,
  processExec,
} from "@fairlead/cni";
import { changeLink, createVeth, deleteLink, findLink, NetworkNamespace } from "@fairlead/netlink";
import { Bandwidth } from "fairlead/network/bandwidth/bandwidth.ts";
import { ifbName } from "fairlead/network/bandwidth/ifb-name.ts";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { poll } from "../support/poll.ts";
import { directExec } from "./direct-exec.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-bandwidth-"));
const netns = join(directory, "container");
const kernel = new Kernel({ poolSize: 0 });
const reference = processExec({ searchPath: ["/usr/lib/cni"] });
const builtIn = directExec(kernel, new Map([["bandwidth", new Bandwidth()]]));
const HOST_MTU = 1450;

beforeEach(() => {
  using namespace = NetworkNamespace.create();
  namespace.pin(netns);
  kernel.host.requestAll([
    createVeth({ name: "vh", mtu: HOST_MTU, up: true, peer: { name: "eth0", namespaceFd: namespace.fd } }),
  ]);
  kernel.withContainer(netns, ({ route }) => route.request(changeLink("eth0", { up: true })));
});

afterEach(async () => {
  for (const name of links()) {
    if (name !== "lo") kernel.host.request(deleteLink(findLink(kernel.host, name)?.index ?? 0));
  }
  NetworkNamespace.unpin(netns);
});

after(() => {
  kernel[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

const BOTH_WAYS = {
  ingressRate: 8_000_000,
  ingressBurst: 800_000,
  egressRate: 4_000_000,
  egressBurst: 1_000_000,
};

function call(command: CniCommand, keys: JsonObject, { containerId = "c1", name = "net" } = {}): PluginCall {
  const config: JsonObject = { cniVersion: "1.0.0", name, type: "bandwidth", prevResult: prevResult(), ...keys };
  return { command, type: "bandwidth", config, containerId, netns, ifName: "eth0" };
}

function prevResult(cniVersion = "1.0.0"): JsonObject {
  return {
    cniVersion,
    interfaces: [
      { name: "br0", mac: "0a:00:00:00:00:01" },
      { name: "vh", mac: "0a:00:00:00:00:02" },
      { name: "eth0", mac: "0a:00:00:00:00:03", sandbox: netns },
    ],
    ips: [
      {
        ...(cniVersion === "1.0.0" ? {} : { version: "4" }),
        address: "10.1.0.2/16",
        gateway: "10.1.0.1",
        interface: 2,
      },
    ],
    routes: [{ dst: "0.0.0.0/0" }],
    dns: { nameservers: ["10.1.0.1"] },
  };
}

const run = (file: string, ...argv: string[]) => execFileSync(file, argv, { encoding: "utf8" });

function links(): string[] {
  const found: { ifname: string }[] = JSON.parse(run("ip", "-j", "link"));
  return found.map(({ ifname }) => ifname);
}

/** What the kernel has, without what differs from one run to the next: numbers of links and of actions, hardware addresses, the carrier. */
function observe() {
  const device = (kind: string): Record<string, unknown>[] =>
    JSON.parse(run("ip", "-d", "-j", "link", "show", "type", kind));
  const varying = new Set(["ifindex", "link_index", "address", "link_netnsid", "ifalias", "operstate"]);
  const links = [...device("veth"), ...device("ifb")].map((link) => {
    return Object.fromEntries(Object.entries(link).filter(([key]) => !varying.has(key)));
  });
  const qdiscs: { kind: string }[] = JSON.parse(run("tc", "-j", "qdisc"));
  // the older plugin has the redirection twice; no packet comes to the second, as the first takes it away
  const filters = run("tc", "filter", "show", "dev", "vh", "ingress")
    .replace(/index \d+/g, "index")
    .replace(/\n\taction order 2: [^\n]* pass\n\tindex ref 1 bind 1\n/, "");
  // how packets become times is left to the kernel by both: the older plugin says nothing, we say that it may
  const details = run("tc", "-d", "qdisc").replace(/linklayer \w+/g, "");
  return { links, qdiscs, details, filters };
}

async function errorOf(run: Promise<unknown>): Promise<CniError> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof CniError, String(error));
    return error;
  }
  return assert.fail("it succeeded");
}

/** With the hardware address of the ifb, which is random, replaced where it is the right one. */
function normalise(result: JsonObject | undefined): JsonObject {
  assert.ok(result !== undefined && Array.isArray(result.interfaces));
  const interfaces = result.interfaces.map((entry) => {
    if (!isJsonObject(entry) || typeof entry.name !== "string" || !entry.name.startsWith("bwp")) return entry;
    assert.equal(entry.mac, findLink(kernel.host, entry.name)?.mac);
    return { ...entry, mac: "its own" };
  });
  return { ...result, interfaces };
}

/** As it was before any ADD. */
function clean(): void {
  const script = 'tc qdisc del dev vh root; tc qdisc del dev vh ingress; ip link del "$0"';
  execFileSync("sh", ["-c", `${script}; :`, ifbName("net", "c1")], { stdio: "ignore" });
}

/** Does the same with both sides, each from the same beginning; gives what both have given. */
async function same<T>(look: (exec: PluginExec, other: PluginExec) => Promise<T>): Promise<T> {
  clean();
  const expected = await look(reference, builtIn);
  clean();
  const actual = await look(builtIn, reference);
  assert.deepEqual(actual, expected);
  return actual;
}

const CONFIGURATIONS: Readonly<Record<string, JsonObject>> = {
  "both ways": BOTH_WAYS,
  "what it receives": { ingressRate: 100_000, ingressBurst: 12_800 },
  "what it sends": { egressRate: 1_000_000_000, egressBurst: 8_000_000 },
  "by the runtime": { runtimeConfig: { bandwidth: BOTH_WAYS } },
  "own keys before the runtime's": {
    ingressRate: 3_000_000,
    ingressBurst: 300_000,
    runtimeConfig: { bandwidth: BOTH_WAYS },
  },
  "a runtime that says nothing": { ...BOTH_WAYS, runtimeConfig: {} },
  "keys in other case": { IngressRate: 3_000_000, INGRESSBURST: 300_000 },
  "more than 4 GB a second": {
    ingressRate: 80_000_000_000,
    ingressBurst: 80_000_000,
    egressRate: 2 ** 36,
    egressBurst: 2 ** 30,
  },
  "odd numbers": { ingressRate: 1_234_567, ingressBurst: 98_765, egressRate: 7_654_321, egressBurst: 123_457 },
  "a byte a second": { ingressRate: 8, ingressBurst: 12_000 },
  "a burst that takes longer than the clock counts": { ingressRate: 8000, ingressBurst: 8_000_000 },
  "an older version": { cniVersion: "0.4.0", ...BOTH_WAYS, prevResult: prevResult("0.4.0") },
  zeros: { ingressRate: 0, ingressBurst: 0, egressRate: 0, egressBurst: 0 },
};

for (const [what, keys] of Object.entries(CONFIGURATIONS)) {
  test(`${what}: the same links, qdiscs, filters and result`, async () => {
    const before = observe();
    await same(async (exec, other) => {
      const result = normalise(await exec.run(call("ADD", keys)));
      const made = observe();
      for (const side of [exec, other]) await side.run(call("CHECK", { ...keys, prevResult: result }));
      await exec.run(call("DEL", keys));
      const left = await poll(() => (links().some((name) => /^bwp|^gone/.test(name)) ? undefined : observe()));
      await exec.run(call("DEL", keys));
      return { result, made, left };
    });
    clean();
    assert.deepEqual(observe(), before);
  });
}

test("no limits: the result of the plugin before", async () => {
  const before = observe();
  for (const keys of [{}, { runtimeConfig: { bandwidth: { ingressRate: 0 } } }]) {
    await same(async (exec) => ({ result: await exec.run(call("ADD", keys)), made: observe() }));
    // the older plugin dies of this
    await builtIn.run(call("CHECK", keys));
    await same(async (exec) => await exec.run(call("DEL", keys)));
  }
  assert.deepEqual(observe(), before);
});

test("what one has added the other deletes, also when the namespace has gone", async () => {
  for (const [adder, deleter] of [
    [reference, builtIn],
    [builtIn, reference],
  ] as const) {
    for (const gone of [{}, { netns: undefined }]) {
      clean();
      await adder.run(call("ADD", BOTH_WAYS));
      assert.ok(links().includes(ifbName("net", "c1")));
      await deleter.run({ ...call("DEL", BOTH_WAYS), ...gone });
      assert.ok(!links().includes(ifbName("net", "c1")));
      await poll(() => !links().some((name) => name.startsWith("gone")));
    }
  }
});

const BAD: Readonly<Record<string, JsonObject>> = {
  "a rate without a burst": { ingressRate: 1000 },
  "a burst without a rate": { egressBurst: 1000 },
  "a runtime's rate without a burst": { runtimeConfig: { bandwidth: { egressRate: 1000 } } },
  "a burst of 4 GB": { ingressRate: 1000, ingressBurst: 0xffffffff * 8 },
  "a negative rate": { ingressRate: -8, ingressBurst: 8 },
  "a rate that is text": { ingressRate: "8", ingressBurst: 8 },
  "a rate that is no integer": { ingressRate: 8.5, ingressBurst: 8 },
  "a runtime that is text": { runtimeConfig: { bandwidth: "x" } },
  "a rate below a byte": { ingressRate: 7, ingressBurst: 800 },
  "a burst below a byte": { ingressRate: 8000, ingressBurst: 7 },
  "no result": { ...BOTH_WAYS, prevResult: undefined },
  "a result that is none": { ...BOTH_WAYS, prevResult: { cniVersion: "1.0.0", ips: [{ address: "nonsense" }] } },
  "a result without interfaces": { ...BOTH_WAYS, prevResult: { cniVersion: "1.0.0" } },
  "a result without the host's end": {
    ...BOTH_WAYS,
    prevResult: { cniVersion: "1.0.0", interfaces: [{ name: "eth0", sandbox: "/x" }] },
  },
};

for (const [what, keys] of Object.entries(BAD)) {
  test(`${what}: the same error code, and nothing changed`, async () => {
    const before = observe();
    const code = await same(async (exec) => (await errorOf(exec.run(call("ADD", keys)))).pluginCode);
    assert.equal(code, 999);
    // the runtime undoes an ADD that failed
    await builtIn.run(call("DEL", keys));
    assert.deepEqual(observe(), before);
  });
}

test("an interface that is missing, a namespace that is missing", async () => {
  for (const change of [{ ifName: "eth7" }, { netns: join(directory, "none") }, { ifName: "lo" }]) {
    await same(async (exec) => {
      const { pluginCode, message } = await errorOf(exec.run({ ...call("ADD", BOTH_WAYS), ...change }));
      const words = /no veth peer|failed to open netns/.exec(message)?.[0];
      assert.ok(words !== undefined, message);
      return { pluginCode, words };
    });
  }
});

test("a second ADD fails and leaves the first as it is", async () => {
  await same(async (exec) => {
    await exec.run(call("ADD", BOTH_WAYS));
    const before = observe();
    for (const keys of [BOTH_WAYS, { egressRate: 8000, egressBurst: 8000 }]) {
      const { message, pluginCode } = await errorOf(exec.run(call("ADD", keys)));
      assert.equal(pluginCode, 999);
      assert.match(message, /file exists/);
    }
    assert.deepEqual(observe(), before);
    return before;
  });
});

test("an ADD that fails half way leaves nothing", async () => {
  const before = observe();
  run("ip", "link", "add", ifbName("net", "c1"), "type", "ifb");
  const { message } = await errorOf(builtIn.run(call("ADD", BOTH_WAYS)));
  assert.match(message, /adding link: file exists/);
  run("ip", "link", "del", ifbName("net", "c1"));
  assert.deepEqual(observe(), before);
});

test("what fails last takes back all that came before", async () => {
  const before = observe();
  const { message } = await errorOf(builtIn.run(call("ADD", { ...BOTH_WAYS, egressBurst: 7 })));
  assert.match(message, /create qdisc: invalid argument/);
  await poll(() => !links().some((name) => name.startsWith("gone")));
  assert.deepEqual(observe(), before);
});

test("a qdisc of somebody else for the other direction is left alone", async () => {
  const { egressRate: _, egressBurst: __, ...ingress } = BOTH_WAYS;
  await same(async (exec) => {
    run("tc", "qdisc", "add", "dev", "vh", "ingress");
    await exec.run(call("ADD", ingress));
    return observe();
  });
  run("tc", "qdisc", "del", "dev", "vh", "root");
  await errorOf(builtIn.run(call("ADD", { ...ingress, ingressBurst: 7 })));
  assert.match(run("tc", "qdisc"), /ingress ffff: dev vh/);
  clean();
});

test("CHECK fails where a bucket is another one, or has gone", async () => {
  await builtIn.run(call("ADD", BOTH_WAYS));
  const failsWith = async (keys: JsonObject, words: RegExp) => {
    assert.match((await errorOf(builtIn.run(call("CHECK", keys)))).message, words);
  };
  await builtIn.run(call("CHECK", BOTH_WAYS));
  await failsWith({ ...BOTH_WAYS, ingressRate: 16_000_000 }, /Rate doesn't match/);
  await failsWith({ ...BOTH_WAYS, egressBurst: 16_000 }, /Limit doesn't match/);
  run("tc", "qdisc", "del", "dev", "vh", "root");
  await failsWith(BOTH_WAYS, /Failed to find qdisc/);
  const { ingressRate: _, ingressBurst: __, ...egress } = BOTH_WAYS;
  run("ip", "link", "del", ifbName("net", "c1"));
  await failsWith(egress, /get ifb device/);
});

test("ADD after DEL takes the same names, again and again", async () => {
  for (let round = 0; round < 10; round++) {
    await builtIn.run(call("ADD", BOTH_WAYS));
    await builtIn.run(call("CHECK", BOTH_WAYS));
    await builtIn.run(call("DEL", BOTH_WAYS));
    run("tc", "qdisc", "del", "dev", "vh", "root");
    run("tc", "qdisc", "del", "dev", "vh", "ingress");
  }
  await poll(() => links().every((name) => name === "lo" || name === "vh"));
});

test("GC removes the ifbs of the network's dead attachments, and what a process that died had left", async () => {
  const ids = {
    dead: { containerId: "c1" },
    alive: { containerId: "c2" },
    other: { containerId: "c1", name: "other" },
  };
  for (const id of Object.values(ids)) {
    await builtIn.run(call("ADD", BOTH_WAYS, id));
    run("tc", "qdisc", "del", "dev", "vh", "root");
    run("tc", "qdisc", "del", "dev", "vh", "ingress");
  }
  run("ip", "link", "add", "mine", "type", "ifb");
  const valid = [{ containerID: "c2", ifname: "eth0" }];
  const gc = call("GC", { "cni.dev/valid-attachments": valid, cniVersion: "1.1.0" });
  await builtIn.run({ command: "GC", type: gc.type, config: gc.config });
  const kept = [ifbName("net", "c2"), ifbName("other", "c1"), "mine", "lo", "vh"];
  assert.deepEqual(
    links()
      .filter((name) => !name.startsWith("gone"))
      .toSorted(),
    kept.toSorted(),
  );
  await poll(() => links().length === kept.length);

  const missing = await errorOf(
    builtIn.run({ command: "GC", type: gc.type, config: { name: "net", cniVersion: "1.1.0" } }),
  );
  assert.equal(missing.pluginCode, 7, "a list that is missing does not mean that nothing is valid");
  assert.equal(links().length, kept.length);
});

test("STATUS refuses what ADD would", async () => {
  await builtIn.run({ ...call("STATUS", { cniVersion: "1.1.0", ...BOTH_WAYS }), containerId: undefined });
  assert.equal(
    (await errorOf(builtIn.run(call("STATUS", { cniVersion: "1.1.0", ingressRate: 1000 })))).pluginCode,
    999,
  );
});
