import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CniCommand, JsonObject, PluginCall } from "@fairlead/cni";
import type { Kernel } from "../plugin/kernel.ts";
import { HostLocal } from "./host-local.ts";

// the plugin has nothing to do with the kernel's network
const kernel = {} as Kernel;

/** A network with a store in a directory of its own; `another` is a plugin as in another process, which knows nothing of what the first did. */
class Network {
  readonly plugin = new HostLocal();
  readonly directory: string;
  readonly #dataDir: string;
  readonly #ipam: JsonObject;

  constructor(t: TestContext, ipam: JsonObject = { ranges: [[{ subnet: "10.1.0.0/29" }]] }) {
    this.#dataDir = mkdtempSync(join(tmpdir(), "fairlead-host-local-"));
    t.after(() => rmSync(this.#dataDir, { recursive: true }));
    this.directory = join(this.#dataDir, "blue");
    this.#ipam = ipam;
  }

  call(command: CniCommand, containerId = "c", more: JsonObject = {}, ifName = "eth0", args?: string): PluginCall {
    const ipam = { type: "host-local", dataDir: this.#dataDir, ...this.#ipam };
    return {
      command,
      type: "host-local",
      config: { cniVersion: "1.1.0", name: "blue", ipam, ...more },
      containerId,
      ifName,
      args,
    };
  }

  add(containerId: string, options: { args?: string; ifName?: string; plugin?: HostLocal } = {}): string[] {
    const { plugin = this.plugin, args, ifName } = options;
    const { ips } = plugin.add(kernel, this.call("ADD", containerId, {}, ifName, args));
    // as `convertResult` makes them
    return (ips as { address: string }[]).map(({ address }) => address.replace(/\/.*/, ""));
  }

  del(containerId: string, ifName = "eth0", plugin = this.plugin): void {
    plugin.del(kernel, this.call("DEL", containerId, {}, ifName));
  }

  check(containerId: string): void {
    this.plugin.check(kernel, this.call("CHECK", containerId));
  }

  gc(...valid: [containerID: string, ifname: string][]): void {
    const attachments = valid.map(([containerID, ifname]) => ({ containerID, ifname }));
    this.plugin.gc(kernel, this.call("GC", "", { "cni.dev/valid-attachments": attachments }));
  }

  status(): void {
    this.plugin.status(kernel, this.call("STATUS"));
  }

  /** As a process writes it that is not ours. */
  write(name: string, text: string): void {
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(join(this.directory, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.directory, name), "utf8");
  }

  leases(): string[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .filter((name) => /^[0-9a-f.:]*[.:][0-9a-f.:]*$/.test(name))
      .toSorted();
  }
}

test("ADD gives an address of each set, with its gateway, and writes what the reference writes", (t) => {
  const ranges = [[{ subnet: "10.1.0.0/29" }], [{ subnet: "fd00::/64", gateway: "fd00::fe" }]];
  const network = new Network(t, { ranges, routes: [{ dst: "0.0.0.0/0" }] });
  assert.deepEqual(network.plugin.add(kernel, network.call("ADD", "one")), {
    cniVersion: "1.1.0",
    ips: [
      { address: "10.1.0.2/29", gateway: "10.1.0.1" },
      { address: "fd00::1/64", gateway: "fd00::fe" },
    ],
    routes: [{ dst: "0.0.0.0/0" }],
  });
  assert.deepEqual(readdirSync(network.directory).toSorted(), [
    "10.1.0.2",
    "fd00::1",
    "last_reserved_ip.0",
    "last_reserved_ip.1",
    "lock",
  ]);
  assert.equal(network.read("10.1.0.2"), "one\r\neth0");
  assert.equal(network.read("fd00::1"), "one\r\neth0");
  assert.equal(network.read("last_reserved_ip.0"), "10.1.0.2");
  assert.equal(network.read("last_reserved_ip.1"), "fd00::1");
});

test("an address that is free again comes last in turn", (t) => {
  const network = new Network(t);
  assert.deepEqual(
    ["a", "b"].flatMap((id) => network.add(id)),
    ["10.1.0.2", "10.1.0.3"],
  );
  network.del("a");
  assert.deepEqual(
    ["c", "d", "e", "f"].flatMap((id) => network.add(id)),
    ["10.1.0.4", "10.1.0.5", "10.1.0.6", "10.1.0.2"],
  );
});

test("the address given out last replaces a longer one", (t) => {
  const network = new Network(t, { subnet: "10.1.0.0/24" });
  network.add("a", { args: "IP=10.1.0.254" });
  assert.equal(network.read("last_reserved_ip.0"), "10.1.0.254");
  network.add("b");
  assert.equal(network.read("last_reserved_ip.0"), "10.1.0.2");
});

test("an attachment gets one address of a set; a second interface of the container its own", (t) => {
  const network = new Network(t);
  network.add("a");
  assert.throws(() => network.add("a"), {
    pluginCode: 999,
    message: /^failed to allocate for range 0: 10\.1\.0\.2 has been/,
  });
  assert.deepEqual(network.add("a", { ifName: "eth1" }), ["10.1.0.3"]);
  network.del("a");
  assert.deepEqual(network.leases(), ["10.1.0.3"]);
});

test("requested addresses are given or refused", (t) => {
  const network = new Network(t);
  assert.deepEqual(network.add("a", { args: "IP=10.1.0.5" }), ["10.1.0.5"]);
  for (const [address, message] of [
    ["10.1.0.5", /is not available in range set 10\.1\.0\.1-10\.1\.0\.6$/],
    ["10.1.0.1", /is subnet's gateway$/],
  ] as const) {
    assert.throws(() => network.add("b", { args: `IP=${address}` }), { pluginCode: 999, message });
  }
  assert.throws(() => network.add("b", { args: "IP=10.9.0.1" }), {
    pluginCode: 999,
    message: /all requested IPs: 10\.9\.0\.1$/,
  });
  assert.deepEqual(network.leases(), ["10.1.0.5"]);
  assert.deepEqual(network.add("b"), ["10.1.0.2"], "10.1.0.6 was taken meanwhile, which moved the turn on");
});

test("a failure in a later set gives back what was taken, and nothing else", (t) => {
  const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/29" }], [{ subnet: "10.2.0.0/30" }]] });
  network.add("a");
  assert.throws(() => network.add("b"), {
    pluginCode: 999,
    message: /^failed to allocate for range 1: no IP addresses/,
  });
  assert.throws(() => network.add("a", { args: "IP=10.1.0.6" }), { pluginCode: 999 });
  assert.deepEqual(network.leases(), ["10.1.0.2", "10.2.0.2"]);
});

test("DEL does not mind what is missing, and needs no valid ranges", (t) => {
  const network = new Network(t);
  network.del("nobody");
  assert.equal(existsSync(network.directory), false);
  network.add("a");
  const broken = network.call("DEL", "a");
  network.plugin.del(kernel, {
    ...broken,
    config: { ...broken.config, ipam: { ...Object(broken.config.ipam), ranges: [] } },
  });
  assert.deepEqual(network.leases(), []);
  network.del("a");
});

test("leases of old versions, without an interface, are their container's", (t) => {
  const network = new Network(t);
  network.write("10.1.0.4", "old\n");
  network.check("old");
  assert.throws(() => network.add("old"), { message: /10\.1\.0\.4 has been allocated to old/ });
  network.gc(["old", "eth7"]);
  assert.deepEqual(network.leases(), ["10.1.0.4"]);
  network.del("old", "eth3");
  assert.deepEqual(network.leases(), []);
});

test("CHECK finds the lease of the attachment", (t) => {
  const network = new Network(t);
  const message = "host-local: Failed to find address added by container a";
  assert.throws(() => network.check("a"), { pluginCode: 999, message });
  network.add("a");
  network.check("a");
  network.del("a");
  assert.throws(() => network.check("a"), { pluginCode: 999, message });
});

test("GC leaves the leases of valid attachments alone", (t) => {
  const network = new Network(t);
  network.gc();
  for (const id of ["a", "b", "c"]) network.add(id);
  network.add("a", { ifName: "eth1" });
  network.write("10.1.0.6", "a\r\net");
  network.gc(["a", "eth0"], ["c", "eth0"]);
  assert.deepEqual(network.leases(), ["10.1.0.2", "10.1.0.4"]);
  assert.equal(network.read("last_reserved_ip.0"), "10.1.0.5");
  const call = network.call("GC");
  assert.throws(
    () => network.plugin.gc(kernel, call),
    { pluginCode: 7 },
    "no list does not mean that nothing is valid",
  );
  assert.throws(
    () => network.plugin.gc(kernel, { ...call, config: { ...call.config, "cni.dev/valid-attachments": [{}] } }),
    {
      pluginCode: 999,
    },
  );
  assert.deepEqual(network.leases(), ["10.1.0.2", "10.1.0.4"]);
  network.gc();
  assert.deepEqual(network.leases(), []);
});

test("STATUS says when there is no address left, or no place for leases", (t) => {
  const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/30" }]] });
  network.status();
  network.add("a");
  assert.throws(() => network.status(), { pluginCode: 50, message: /no IP addresses available/ });
  network.del("a");
  network.status();
  rmSync(network.directory, { recursive: true });
  writeFileSync(network.directory, "a file");
  assert.throws(() => network.status(), { pluginCode: 50 });
});

test("a lease whose writer died over it is nobody's: passed over, taken when nothing else is free, never given twice", (t) => {
  for (const text of ["", "\n", "\0\0\0\0"]) {
    const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/29", rangeEnd: "10.1.0.4" }]] });
    network.write("10.1.0.2", text);
    network.write("last_reserved_ip.0", "");
    assert.deepEqual(
      ["a", "b", "c"].flatMap((id) => network.add(id)),
      ["10.1.0.3", "10.1.0.4", "10.1.0.2"],
    );
    assert.throws(() => network.add("d"), { message: /no IP addresses available/ });
    assert.equal(network.read("10.1.0.2"), "c\r\neth0");
  }
});

test("such a lease does not keep its address from who asks for it; GC removes it", (t) => {
  const network = new Network(t);
  network.write("10.1.0.4", "");
  network.write("10.1.0.5", "");
  assert.deepEqual(network.add("a", { args: "IP=10.1.0.4" }), ["10.1.0.4"]);
  network.gc(["a", "eth0"]);
  assert.deepEqual(network.leases(), ["10.1.0.4"]);
});

test("one that is not empty any more is somebody's", (t) => {
  const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/29", rangeEnd: "10.1.0.3" }]] });
  network.write("10.1.0.2", "");
  assert.deepEqual(network.add("a"), ["10.1.0.3"]);
  network.write("10.1.0.2", "b\r\neth0");
  assert.throws(() => network.add("c"), { message: /no IP addresses available/ });
  assert.throws(() => network.add("c", { args: "IP=10.1.0.2" }), { message: /is not available/ });
  assert.equal(network.read("10.1.0.2"), "b\r\neth0");
});

test("a lease that was cut off at any byte is given to nobody else, and blocks its address until GC at the latest", (t) => {
  const whole = "owner\r\neth0";
  for (let length = 1; length <= whole.length; length++) {
    const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/29", rangeEnd: "10.1.0.3" }]] });
    network.write("10.1.0.2", whole.slice(0, length));
    assert.deepEqual(network.add("other"), ["10.1.0.3"]);
    assert.throws(() => network.add("third"), { message: /no IP addresses available/ });
    network.gc(["other", "eth0"]);
    assert.deepEqual(network.add("third"), ["10.1.0.2"]);
  }
});

test("a last address that was cut off at any byte only changes whose turn it is", (t) => {
  const whole = "10.1.0.3";
  for (let length = 0; length <= whole.length; length++) {
    const network = new Network(t, { ranges: [[{ subnet: "10.1.0.0/29", rangeEnd: "10.1.0.4" }]] });
    network.write("last_reserved_ip.0", whole.slice(0, length));
    const addresses = ["a", "b", "c"].flatMap((id) => network.add(id));
    assert.deepEqual(addresses.toSorted(), ["10.1.0.2", "10.1.0.3", "10.1.0.4"]);
    assert.equal(addresses[0], length === whole.length ? "10.1.0.4" : "10.1.0.2");
  }
});

test("what others do to the directory is seen", (t) => {
  const network = new Network(t);
  const another = new HostLocal();
  assert.deepEqual(network.add("a"), ["10.1.0.2"]);
  assert.deepEqual(network.add("b", { plugin: another }), ["10.1.0.3"]);
  assert.deepEqual(network.add("c"), ["10.1.0.4"]);
  assert.throws(() => network.add("b"), { message: /10\.1\.0\.3 has been allocated/ });
  network.del("a", "eth0", another);
  network.del("b");
  assert.deepEqual(network.leases(), ["10.1.0.4"]);
  rmSync(network.directory, { recursive: true });
  assert.deepEqual(network.add("c"), ["10.1.0.2"], "the whole directory may go");
  network.write("10.1.0.3", "x\r\neth0");
  assert.deepEqual(network.add("d"), ["10.1.0.4"]);
  network.write("10.1.0.3", "");
  network.gc(["c", "eth0"]);
  assert.deepEqual(network.leases(), ["10.1.0.2"], "GC looks into every file, even one that was written over");
  network.write("10.1.0.2", "d\r\neth0");
  network.del("c");
  assert.deepEqual(network.leases(), ["10.1.0.2"], "nor is one that was written over another's for DEL");
  network.del("d");
  assert.deepEqual(network.leases(), []);
});

test("files that are no leases are left alone", (t) => {
  const network = new Network(t);
  mkdirSync(join(network.directory, "10.1.0.2"), { recursive: true });
  network.write("notes", "a\r\neth0");
  assert.deepEqual(network.add("a"), ["10.1.0.3"]);
  network.gc();
  assert.deepEqual(readdirSync(network.directory).toSorted(), ["10.1.0.2", "last_reserved_ip.0", "lock", "notes"]);
});

test("names that would be something else in a file are refused", (t) => {
  const network = new Network(t);
  for (const id of ["", "a\r\neth0", "a/b"]) assert.throws(() => network.add(id), { pluginCode: 4 });
  for (const ifName of ["", "a b", "0123456789abcdef"])
    assert.throws(() => network.add("a", { ifName }), { pluginCode: 4 });
  const call = network.call("ADD", "a", { name: "../blue" });
  assert.throws(() => network.plugin.add(kernel, call), { pluginCode: 7 });
  assert.equal(existsSync(network.directory), false);
});

test("DNS settings come from a file, which is read before anything is taken", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-host-local-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const resolvConf = join(directory, "resolv.conf");
  const network = new Network(t, { subnet: "10.1.0.0/29", resolvConf });
  assert.throws(() => network.add("a"), { code: "ENOENT" });
  assert.deepEqual(network.leases(), []);
  writeFileSync(resolvConf, "nameserver 10.0.0.1\nsearch example\n");
  assert.deepEqual(network.plugin.add(kernel, network.call("ADD", "a")).dns, {
    nameservers: ["10.0.0.1"],
    search: ["example"],
  });
});

test("more networks than are kept in memory", (t) => {
  const network = new Network(t);
  const add = (name: string, id: string) => network.plugin.add(kernel, network.call("ADD", id, { name }));
  for (const id of ["a", "b"]) {
    for (let i = 0; i < 70; i++) assert.deepEqual(add(`n${i}`, id).ips, add(`m${i}`, id).ips);
  }
});
