import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { containerConfig } from "fairlead/containerizer/mesos/isolators/network/cni/container-config.fixture.ts";
import { CniHost, id, NO_TRACES, run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const bridge = (host: CniHost, name: string, subnets: string[], more = {}) => ({
  cniVersion: "1.0.0",
  name,
  type: "bridge",
  bridge: `br-${name}`,
  isGateway: true,
  ipam: host.hostLocal(subnets, { routes: [{ dst: "0.0.0.0/0" }] }),
  ...more,
});

test("bridge: namespace, files and addresses are there before the container, and gone after it", async (t) => {
  const host = await CniHost.make(t);
  await host.network(bridge(host, "blue", ["10.81.0.0/24"]));
  const isolator = host.isolator();
  await isolator.recover([], []);
  const launch = await isolator.prepare(containerConfig("c1", [{ name: "blue" }], { hostname: "web" }));
  const directory = join(host.rootDir, "c1");
  const mounted = (file: string, source = join(directory, file)) => ({
    source,
    destination: `/etc/${file}`,
    type: "bind",
    options: ["bind", "ro", "nosuid", "nodev", "noexec"],
  });
  assert.deepEqual(launch, {
    environment: { LIBPROCESS_IP: "0.0.0.0" },
    namespaces: [{ type: "network", path: join(directory, "ns") }, { type: "uts" }],
    hostname: "web",
    mounts: [mounted("hosts"), mounted("hostname"), mounted("resolv.conf", "/etc/resolv.conf")],
  });

  assert.deepEqual(await host.reported(isolator, "c1"), [["blue", ["10.81.0.2"]]]);
  assert.deepEqual(await host.kernelAddresses("c1", "eth0"), ["10.81.0.2"]);
  assert.deepEqual(await host.kernelAddresses("c1", "lo"), []);
  assert.match(await host.inside("c1", "ip", "-oneline", "link", "show", "lo"), /<LOOPBACK,UP,LOWER_UP>/);
  await host.inside("c1", "ping", "-c1", "-W5", "10.81.0.1");

  assert.equal(await readFile(join(directory, "hostname"), "utf8"), "web");
  assert.equal(
    await readFile(join(directory, "hosts"), "utf8"),
    "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.81.0.2 web\n",
  );
  const conf = JSON.parse(await readFile(join(directory, "blue", "network.conf"), "utf8"));
  assert.deepEqual(conf.args, { "org.apache.mesos": { network_info: { name: "blue" } } });
  const info = JSON.parse(await readFile(join(directory, "blue", "eth0", "network.info"), "utf8"));
  assert.equal(info.ips[0].address, "10.81.0.2/24");

  await isolator.cleanup(id("c1"));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  assert.deepEqual(await isolator.status?.(id("c1")), {});
});

test("the namespace takes no router advertisements and no redirects, waits for no address, and lets everybody ping", async (t) => {
  const host = await CniHost.make(t);
  await host.network(bridge(host, "blue", ["10.81.0.0/24", "fd81::/64"]));
  const isolator = host.isolator();
  await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
  const sysctl = async (path: string) => (await host.inside("c1", "cat", `/proc/sys/net/${path}`)).trim();
  for (const conf of ["all", "default", "eth0"]) {
    for (const key of ["accept_ra", "accept_redirects", "accept_dad"]) {
      assert.equal(await sysctl(`ipv6/conf/${conf}/${key}`), "0", `${conf} ${key}`);
    }
    assert.equal(await sysctl(`ipv4/conf/${conf}/accept_redirects`), "0");
  }
  assert.equal(await sysctl("ipv4/ping_group_range"), "0\t2147483647");
  // ping has the file capability of raw sockets, without which the kernel refuses to start it, and does not get it
  const unprivileged = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--no-new-privs",
    "--bounding-set=-all,+net_raw",
    "--inh-caps=-all",
  ];
  await host.inside("c1", ...unprivileged, "ping", "-c1", "-W5", "10.81.0.1");
  await isolator.cleanup(id("c1"));
});

test("dual stack: both addresses are reported and serve at once", async (t) => {
  const host = await CniHost.make(t);
  await host.network(bridge(host, "blue", ["10.82.0.0/24", "fd82::/64"]));
  const isolator = host.isolator();
  await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
  assert.deepEqual(await host.reported(isolator, "c1"), [["blue", ["10.82.0.2", "fd82::2"]]]);
  assert.deepEqual(await host.kernelAddresses("c1", "eth0"), ["10.82.0.2", "fd82::2"]);
  assert.doesNotMatch(await host.inside("c1", "ip", "-6", "addr", "show", "dev", "eth0"), /tentative/);
  assert.match(await readFile(join(host.rootDir, "c1", "hosts"), "utf8"), /\n10\.82\.0\.2 c1\nfd82::2 c1\n$/);
  await host.inside("c1", "ping", "-6", "-c1", "-W5", "fd82::1");
  await isolator.cleanup(id("c1"));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("two containers of one network reach each other, each has its own address", async (t) => {
  const host = await CniHost.make(t);
  await host.network(bridge(host, "blue", ["10.83.0.0/24"]));
  const isolator = host.isolator();
  await Promise.all(["c1", "c2", "c3"].map((name) => isolator.prepare(containerConfig(name, [{ name: "blue" }]))));
  const addresses = await Promise.all(["c1", "c2", "c3"].map((name) => host.kernelAddresses(name, "eth0")));
  assert.equal(new Set(addresses.flat()).size, 3);
  await host.inside("c1", "ping", "-c1", "-W5", addresses[1]?.[0] ?? "");
  await Promise.all(["c1", "c2", "c3"].map((name) => isolator.cleanup(id(name))));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

/** A server inside a container that greets and closes. */
async function greeter(t: TestContext, host: CniHost, containerId: string, port: number): Promise<void> {
  const script = `require("node:net").createServer((s) => s.end("hello")).listen(${port}, "::", () => console.log("up"))`;
  const server = spawn("nsenter", [`--net=${host.pin(containerId)}`, "--", process.execPath, "-e", script]);
  t.after(() => server.kill("SIGKILL"));
  await once(server.stdout, "data");
}

async function read(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, timeout: 10_000 });
  socket.on("timeout", () => socket.destroy(new Error("timeout")));
  return await text(socket);
}

test("conflist: firewall and portmap get the request's ports, and take their rules away again", async (t) => {
  const host = await CniHost.make(t);
  const { cniVersion, name, ...plugin } = bridge(host, "blue", ["10.84.0.0/24", "fd84::/64"]);
  const plugins = [plugin, { type: "firewall" }, { type: "portmap", capabilities: { portMappings: true } }];
  await host.network({ cniVersion, name, plugins }, "blue.conflist");
  const isolator = host.isolator();
  const portMappings = [{ hostPort: 31_084, containerPort: 8080, protocol: "TCP" }];
  await isolator.prepare(containerConfig("c1", [{ name: "blue", portMappings }]));
  assert.notDeepEqual((await host.look()).rules, []);
  await greeter(t, host, "c1", 8080);
  assert.equal(await read("10.84.0.2", 8080), "hello");
  assert.equal(await read("10.84.0.1", 31_084), "hello");
  const status = await isolator.status?.(id("c1"));
  assert.deepEqual(
    status?.networkInfos?.[0]?.portMappings.map(({ hostPort, containerPort }) => [hostPort, containerPort]),
    [[31_084, 8080]],
  );
  await isolator.cleanup(id("c1"));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  await assert.rejects(read("10.84.0.1", 31_084));
});

test("ptp and macvlan, addresses by host-local and static", async (t) => {
  const host = await CniHost.make(t);
  await run("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1");
  t.after(() => run("ip", "link", "del", "wire0"));
  await run("ip", "link", "set", "wire0", "up");
  await run("ip", "link", "set", "wire1", "up");
  await run("ip", "addr", "add", "10.86.0.1/24", "dev", "wire1");
  await host.network({
    cniVersion: "0.4.0",
    name: "line",
    type: "ptp",
    ipam: host.hostLocal(["10.85.0.0/24", "fd85::/64"]),
  });
  const addresses = [{ address: "10.86.0.9/24", gateway: "10.86.0.1" }, { address: "fd86::9/64" }];
  await host.network({
    cniVersion: "1.0.0",
    name: "mac",
    type: "macvlan",
    master: "wire0",
    ipam: { type: "static", addresses },
  });
  const isolator = host.isolator();
  await isolator.prepare(containerConfig("c1", [{ name: "line" }, { name: "mac" }]));
  assert.deepEqual(await host.reported(isolator, "c1"), [
    ["line", ["10.85.0.2", "fd85::2"]],
    ["mac", ["10.86.0.9", "fd86::9"]],
  ]);
  assert.deepEqual(await host.kernelAddresses("c1", "eth0"), ["10.85.0.2", "fd85::2"]);
  assert.deepEqual(await host.kernelAddresses("c1", "eth1"), ["10.86.0.9", "fd86::9"]);
  await host.inside("c1", "ping", "-c1", "-W5", "10.85.0.1");
  await host.inside("c1", "ping", "-c1", "-W5", "10.86.0.1");
  await isolator.cleanup(id("c1"));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

for (const cniVersion of ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", undefined]) {
  test(`a configuration of version ${cniVersion ?? "unset"} is attached, reported and detached`, async (t) => {
    const host = await CniHost.make(t);
    const { cniVersion: _, ...config } = bridge(host, "blue", ["10.87.0.0/24", "fd87::/64"]);
    await host.network(cniVersion === undefined ? config : { ...config, cniVersion });
    const isolator = host.isolator();
    await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
    assert.deepEqual(await host.reported(isolator, "c1"), [["blue", ["10.87.0.2", "fd87::2"]]]);
    await isolator.cleanup(id("c1"));
    assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  });
}

test("networks are added, changed and removed without a restart; the living are detached as they were attached", async (t) => {
  const host = await CniHost.make(t);
  const isolator = host.isolator();
  await isolator.recover([], []);
  const config = containerConfig("c0", [{ name: "blue" }]);
  const unknown = { code: "NETWORK_UNKNOWN", message: "Unknown CNI network 'blue'" };
  await assert.rejects(isolator.prepare(config), unknown);
  await isolator.cleanup(id("c0"));

  await host.network(bridge(host, "blue", ["10.88.0.0/24"]), "some-file");
  await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
  await host.network(bridge(host, "blue", ["10.89.0.0/24"], { bridge: "br-other" }), "some-file");
  await isolator.prepare(containerConfig("c2", [{ name: "blue" }]));
  assert.deepEqual(await host.reported(isolator, "c1"), [["blue", ["10.88.0.2"]]]);
  assert.deepEqual(await host.reported(isolator, "c2"), [["blue", ["10.89.0.2"]]]);

  await run("rm", join(host.configDir, "some-file"));
  await assert.rejects(isolator.prepare(containerConfig("c3", [{ name: "blue" }])), unknown);
  for (const name of ["c1", "c2", "c3"]) await isolator.cleanup(id(name));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
});

test("what DNS servers a network has goes to resolv.conf", async (t) => {
  const host = await CniHost.make(t);
  const dns = {
    nameservers: ["10.90.0.53", "fd90::53"],
    domain: "blue.example",
    search: ["a.example", "a.example"],
    options: ["ndots:2"],
  };
  // the bridge plugin gives what its configuration says, whatever its IPAM says
  await host.network({ ...bridge(host, "blue", ["10.90.0.0/24"]), dns });
  const isolator = host.isolator();
  const launch = await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
  const source = launch?.mounts?.find(({ destination }) => destination === "/etc/resolv.conf")?.source;
  assert.equal(source, join(host.rootDir, "c1", "resolv.conf"));
  assert.equal(
    await readFile(source, "utf8"),
    "domain blue.example\nsearch a.example a.example\noptions ndots:2\nnameserver 10.90.0.53\nnameserver fd90::53\n",
  );
  assert.equal((await stat(source)).mode & 0o777, 0o644);
  await isolator.cleanup(id("c1"));
});

test("a namespace that another mount namespace has a copy of is freed all the same", async (t) => {
  const host = await CniHost.make(t);
  await host.network(bridge(host, "blue", ["10.91.0.0/24"]));
  const isolator = host.isolator();
  await isolator.prepare(containerConfig("c1", [{ name: "blue" }]));
  // like the mount namespace of another container's monitor: private, made while the pin was there
  const copy = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", "echo up; exec sleep 60"]);
  t.after(() => copy.kill("SIGKILL"));
  await once(copy.stdout, "data");
  assert.match(await readFile(`/proc/${copy.pid}/mountinfo`, "utf8"), /\/c1\/ns /);
  await isolator.cleanup(id("c1"));
  assert.deepEqual(await host.traces({ links: 0 }), NO_TRACES);
  assert.equal(copy.exitCode, null);
});
