import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import {
  type CniCommand,
  CniError,
  type JsonObject,
  type PluginCall,
  type PluginExec,
  processExec,
} from "@fairlead/cni";
import { changeLink, createVeth, deleteLink, findLink, NetworkNamespace } from "@fairlead/netlink";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { Tuning } from "fairlead/network/tuning/tuning.ts";
import { directExec } from "./direct-exec.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const directory = mkdtempSync(join(tmpdir(), "fairlead-kernel-tuning-"));
const netns = join(directory, "container");
const dataDir = join(directory, "run", "tuning");
const allowListPath = join(directory, "allowlist.conf");
const kernel = new Kernel({ poolSize: 0 });
const reference = processExec({ searchPath: ["/usr/lib/cni"] });
const builtIn = directExec(kernel, new Map([["tuning", new Tuning({ allowListPath })]]));
const MAC = "0a:58:0a:01:00:02";

beforeEach(makeContainer);
afterEach(() => {
  removeContainer();
  for (const path of [join(directory, "run"), allowListPath]) rmSync(path, { recursive: true, force: true });
});

after(() => {
  kernel[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

function makeContainer(): void {
  using namespace = NetworkNamespace.create();
  namespace.pin(netns);
  kernel.host.request(
    createVeth({ name: "vh", up: true, peer: { name: "eth0", namespaceFd: namespace.fd, mac: MAC } }),
  );
  kernel.withContainer(netns, ({ route }) => route.request(changeLink("eth0", { up: true })));
}

function removeContainer(): void {
  const link = findLink(kernel.host, "vh");
  if (link !== undefined) kernel.host.request(deleteLink(link.index));
  NetworkNamespace.unpin(netns);
}

function call(
  command: CniCommand,
  keys: JsonObject,
  { containerId = "c1", args }: Partial<PluginCall> = {},
): PluginCall {
  const config: JsonObject = {
    cniVersion: "1.0.0",
    name: "net",
    type: "tuning",
    dataDir,
    prevResult: prevResult("1.0.0"),
    ...keys,
  };
  return { command, type: "tuning", config, containerId, netns, ifName: "eth0", args };
}

function prevResult(cniVersion: string): JsonObject {
  return {
    cniVersion,
    interfaces: [{ name: "vh" }, { name: "eth0", mac: MAC, sandbox: netns }],
    ips: [{ ...(cniVersion === "1.0.0" ? {} : { version: "4" }), address: "10.1.0.2/16", interface: 1 }],
    dns: {},
  };
}

function inside(...argv: string[]): string {
  return execFileSync("nsenter", [`--net=${netns}`, "--", ...argv], { encoding: "utf8" });
}

const SYSCTLS = [
  "net/core/somaxconn",
  "net/ipv4/conf/eth0/arp_filter",
  "net/ipv4/conf/all/arp_filter",
  "net/ipv4/ip_local_port_range",
  "net/ipv4/ip_forward",
];

/** What of a container's network and of the directory may be different after a call. */
function observe() {
  const [link] = JSON.parse(inside("ip", "-d", "-j", "link", "show", "eth0"));
  // the last is told a while after the other end is up
  const { ifindex, link_index, link_netnsid, operstate, ...rest } = link;
  const sysctls = SYSCTLS.map((name) => inside("cat", `/proc/sys/${name}`).trim());
  return { link: rest, sysctls, files: files() };
}

function files(): Record<string, string> {
  try {
    const names = readdirSync(dataDir);
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(dataDir, name), "utf8")]));
  } catch {
    return {};
  }
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

/** Does the same with both sides, each with a new container and no files. */
async function same<T>(look: (exec: PluginExec, other: PluginExec) => Promise<T>): Promise<T> {
  const seen: T[] = [];
  for (const [exec, other] of [
    [reference, builtIn],
    [builtIn, reference],
  ] as const) {
    removeContainer();
    makeContainer();
    rmSync(dataDir, { recursive: true, force: true });
    seen.push(await look(exec, other));
  }
  const [expected, actual] = seen;
  assert.deepEqual(actual, expected);
  // of two, the second is there
  return actual!;
}

const ALL: JsonObject = {
  sysctl: { "net.core.somaxconn": "500", "net.ipv4.ip_local_port_range": "20000 30000" },
  mac: "0a:58:0a:3d:00:09",
  mtu: 1400,
  promisc: true,
  allmulti: true,
};

interface Configuration {
  readonly keys: JsonObject;
  readonly args?: string;
  /** What CHECK of the older plugin cannot do with it. */
  readonly checkedBy?: "built-in";
}

const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  // the older plugin takes the tab that the kernel puts between the numbers for another value
  "all settings": { keys: ALL, checkedBy: "built-in" },
  "sysctls alone": { keys: { sysctl: { "net.core.somaxconn": "501", "net/ipv4/conf/all/arp_filter": "1" } } },
  // the older plugin looks for an interface of this name in CHECK
  "a sysctl of the interface": { keys: { sysctl: { "net.ipv4.conf.IFNAME.arp_filter": "1" } }, checkedBy: "built-in" },
  "a hardware address": { keys: { mac: "0a:58:0a:3d:00:09" } },
  // the older plugin compares the text
  "a hardware address written otherwise": { keys: { mac: "0A-58-0A-3D-00-09" }, checkedBy: "built-in" },
  "a hardware address in CNI_ARGS": { keys: {}, args: "MAC=0a:58:0a:3d:00:0a;IgnoreUnknown=1;K8S_POD=x" },
  "a hardware address of the runtime": {
    keys: { mac: "0a:58:0a:3d:00:09", runtimeConfig: { mac: "0a:58:0a:3d:00:0b" } },
    args: "MAC=0a:58:0a:3d:00:0a",
  },
  "args before all": {
    keys: {
      ...ALL,
      sysctl: { "net.core.somaxconn": "500" },
      runtimeConfig: { mac: "0a:58:0a:3d:00:0b" },
      args: {
        cni: {
          mac: "0a:58:0a:3d:00:0c",
          mtu: 1300,
          promisc: false,
          allmulti: false,
          sysctl: { "net.core.somaxconn": "502", "net.ipv4.ip_forward": "1" },
        },
      },
    },
  },
  promisc: { keys: { promisc: true } },
  "promisc off": { keys: { promisc: false } },
  "allmulti off": { keys: { allmulti: false } },
  "an older version": {
    keys: { cniVersion: "0.4.0", mtu: 1400, mac: "0a:58:0a:3d:00:09", prevResult: prevResult("0.4.0") },
  },
  nothing: { keys: {} },
};

for (const [what, { keys, args, checkedBy }] of Object.entries(CONFIGURATIONS)) {
  test(`${what}: the same interface, sysctls, files and result`, async () => {
    const { made, left } = await same(async (exec, other) => {
      // the older plugin writes a dns that says nothing, too
      const result: JsonObject = { dns: {}, ...(await exec.run(call("ADD", keys, { args }))) };
      const made = observe();
      for (const side of checkedBy === undefined ? [exec, other] : [builtIn]) {
        await side.run(call("CHECK", { ...keys, prevResult: result }, { args }));
      }
      for (let i = 0; i < 2; i++) await exec.run(call("DEL", keys, { args }));
      return { result, made, left: observe() };
    });
    assert.deepEqual(left.files, {});
    // sysctls stay: they end with the container
    assert.deepEqual(left.sysctls, made.sysctls);
  });
}

test("what one has set the other puts back", async () => {
  for (const [adder, deleter] of [
    [reference, builtIn],
    [builtIn, reference],
  ] as const) {
    const before = observe();
    await adder.run(call("ADD", { ...ALL, sysctl: {} }));
    assert.notDeepEqual(observe().link, before.link);
    assert.deepEqual(Object.keys(files()), ["c1_eth0.json"]);
    await deleter.run(call("DEL", ALL));
    assert.deepEqual(observe(), before);
  }
});

test("the length of the queue, which the older plugin does not know", async () => {
  const before = observe();
  await builtIn.run(call("ADD", { txQLen: 50, mtu: 1400 }));
  assert.equal(observe().link.txqlen, 50);
  assert.equal(files()["c1_eth0.json"], '{\n "mtu": 1500,\n "txQLen": 1000\n}');
  assert.equal(statSync(join(dataDir, "c1_eth0.json")).mode & 0o777, 0o600);
  await builtIn.run(call("CHECK", { txQLen: 50 }));
  assert.match((await errorOf(builtIn.run(call("CHECK", { txQLen: 60 })))).message, /Transmit Queue Length/);
  await builtIn.run(call("DEL", {}));
  assert.deepEqual(observe(), before);
});

const BAD: Readonly<Record<string, { keys: JsonObject; args?: string; leavesBehind?: true }>> = {
  "a sysctl that is a number": { keys: { sysctl: { "net.core.somaxconn": 500 } } },
  "sysctls that are a list": { keys: { sysctl: ["net.core.somaxconn"] } },
  "a sysctl of the host": { keys: { ...ALL, sysctl: { "kernel.hostname": "x" } } },
  "a sysctl that leaves the network": { keys: { sysctl: { "net/../kernel/hostname": "x" } } },
  "a sysctl that leaves everything": { keys: { sysctl: { "../../etc/hostname": "x" } } },
  "a sysctl of nothing": { keys: { sysctl: { "": "x" } } },
  "a sysctl that is a directory": { keys: { sysctl: { "net.ipv4": "x" } } },
  "a sysctl that is not there": { keys: { sysctl: { "net.ipv4.nothing": "1" } } },
  "a value that the kernel does not take": { keys: { sysctl: { "net.core.somaxconn": "many" } } },
  "no hardware address": { keys: { mac: "zz" }, leavesBehind: true },
  "a multicast address": { keys: { mtu: 1400, mac: "01:00:5e:00:00:01" }, leavesBehind: true },
  "an MTU that is too small": { keys: { mac: "0a:58:0a:3d:00:09", mtu: 10 }, leavesBehind: true },
  "a negative MTU": { keys: { mtu: -5 }, leavesBehind: true },
  "promisc that is text": { keys: { promisc: "yes" } },
  "an MTU that is text": { keys: { mtu: "1400" } },
  "CNI_ARGS that nobody knows": { keys: {}, args: "FOO=1" },
  "CNI_ARGS that are none": { keys: {}, args: "MAC" },
  "no result": { keys: { ...ALL, prevResult: undefined } },
  "a result that is none": { keys: { ...ALL, prevResult: { cniVersion: "1.0.0", ips: [{ address: "nonsense" }] } } },
};

for (const [what, { keys, args, leavesBehind }] of Object.entries(BAD)) {
  test(`${what}: the same error code, and nothing changed`, async () => {
    const before = observe();
    const code = await same(async (exec) => {
      const { pluginCode } = await errorOf(exec.run(call("ADD", keys, { args })));
      // the older plugin leaves what it had done already
      if (exec === builtIn || leavesBehind === undefined) assert.deepEqual(observe(), before);
      return pluginCode;
    });
    assert.equal(code, 999);
    // the runtime undoes an ADD that failed
    await builtIn.run(call("DEL", keys, { args }));
    assert.deepEqual(observe(), before);
  });
}

test("a second ADD that fails keeps the backup of the first", async () => {
  const before = observe();
  await builtIn.run(call("ADD", { mtu: 1400 }));
  const added = observe();
  await errorOf(builtIn.run(call("ADD", { mtu: 10 })));
  assert.deepEqual(observe(), added);
  await builtIn.run(call("DEL", {}));
  assert.deepEqual(observe(), before);
});

test("a sysctl that fails takes back those before it", async () => {
  const before = observe();
  const sysctl = { "net.core.somaxconn": "500", "net.ipv4.conf.IFNAME.arp_filter": "1", "net.ipv4.nothing": "1" };
  await errorOf(builtIn.run(call("ADD", { ...ALL, sysctl })));
  assert.deepEqual(observe(), before);
});

test("an interface and a namespace that are not there", async () => {
  for (const change of [{ ifName: "eth7" }, { netns: join(directory, "none") }]) {
    const codes = [reference, builtIn].map(async (exec) => {
      return (await errorOf(exec.run({ ...call("ADD", { mtu: 1400 }), ...change }))).pluginCode;
    });
    assert.deepEqual(await Promise.all(codes), [999, 999]);
  }
  assert.deepEqual(files(), {});
});

test("names that lead out of the directory are refused", async () => {
  for (const change of [{ ifName: "../x" }, { containerId: "../c1" }]) {
    for (const command of ["ADD", "DEL"] as const) {
      const { pluginCode } = await errorOf(builtIn.run({ ...call(command, ALL), ...change }));
      assert.equal(pluginCode, 4);
    }
  }
});

test("no backup stays behind a DEL after namespace or interface have gone", async () => {
  for (const goAway of [() => inside("ip", "link", "del", "eth0"), () => NetworkNamespace.unpin(netns)]) {
    await builtIn.run(call("ADD", ALL));
    assert.equal(Object.keys(files()).length, 1);
    goAway();
    await builtIn.run(call("DEL", ALL));
    assert.deepEqual(files(), {});
    removeContainer();
    makeContainer();
  }
  await builtIn.run({ ...call("DEL", ALL), netns: undefined });
});

test("a backup that was cut off, or holds nonsense, keeps no container from being detached", async () => {
  for (const text of ["", '{\n "mac": "0a:', "[]", '{"mac":"zz","mtu":-1,"promisc":1,"allmulti":null,"txQLen":"x"}']) {
    await builtIn.run(call("ADD", { mtu: 1400 }));
    writeFileSync(join(dataDir, "c1_eth0.json"), text);
    await builtIn.run(call("DEL", {}));
    assert.deepEqual(files(), {});
  }
});

test("CHECK tells what is not as it was set", async () => {
  await builtIn.run(call("ADD", ALL));
  await builtIn.run(call("CHECK", ALL));
  const failsAfter = async (words: RegExp, ...argv: string[]) => {
    inside(...argv);
    assert.match((await errorOf(builtIn.run(call("CHECK", ALL)))).message, words);
  };
  await failsAfter(/all-multicast mode of eth0/, "ip", "link", "set", "eth0", "allmulticast", "off");
  await failsAfter(/MTU of eth0 is 1400, current value is 1500/, "ip", "link", "set", "eth0", "mtu", "1500");
  await failsAfter(/promisc of eth0/, "ip", "link", "set", "eth0", "promisc", "off");
  await failsAfter(/Ethernet of eth0/, "ip", "link", "set", "eth0", "address", MAC);
  await failsAfter(/somaxconn is 500, current value is 7/, "sysctl", "-qw", "net.core.somaxconn=7");
});

test("sysctls that an operator does not allow are refused before anything is changed", async () => {
  writeFileSync(allowListPath, "\n ^net\\.core\\.somaxconn$ \n^net\\.ipv4\\.conf\\.IFNAME\\.[a-z_]*$\n");
  const before = observe();
  const refused = await errorOf(builtIn.run(call("ADD", { ...ALL, sysctl: { "net.ipv4.ip_forward": "1" } })));
  assert.equal(refused.pluginCode, 999);
  assert.match(refused.message, /Sysctl net\.ipv4\.ip_forward is not allowed\. Only .*\[\^net/);
  const status = call("STATUS", { cniVersion: "1.1.0", sysctl: { "net.ipv4.ip_forward": "1" } });
  await assert.rejects(builtIn.run(status), /is not allowed/);
  assert.deepEqual(observe(), before);
  const sysctl = { "net.core.somaxconn": "500", "net.ipv4.conf.IFNAME.arp_filter": "1" };
  await builtIn.run(call("ADD", { sysctl }));
  await builtIn.run(call("STATUS", { cniVersion: "1.1.0", sysctl }));
  assert.deepEqual(observe().sysctls.slice(0, 2), ["500", "1"]);
  writeFileSync(allowListPath, "(");
  assert.equal((await errorOf(builtIn.run(call("ADD", { sysctl })))).pluginCode, 999);
});

test("GC removes the backups of the network's dead attachments, and no others", async () => {
  await reference.run(call("ADD", { mtu: 1400 }, { containerId: "of-the-reference" }));
  for (const [name, containerId] of [
    ["net", "alive"],
    ["net", "dead"],
    ["other", "dead-too"],
  ] as const) {
    await builtIn.run(call("ADD", { name, mtu: 1400 }, { containerId }));
  }
  const valid = [{ containerID: "alive", ifname: "eth0" }];
  const { config } = call("GC", { cniVersion: "1.1.0", "cni.dev/valid-attachments": valid });
  await builtIn.run({ command: "GC", type: "tuning", config });
  const kept = ["alive_eth0.json", "dead-too_eth0.json", "of-the-reference_eth0.json"];
  assert.deepEqual(Object.keys(files()).toSorted(), kept);
  rmSync(dataDir, { recursive: true });
  await builtIn.run({ command: "GC", type: "tuning", config });
});
