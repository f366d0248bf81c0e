import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { type CniCommand, CniError, type JsonObject, type PluginExec, parseResult, processExec } from "@fairlead/cni";
import { silentLogger } from "fairlead/base/log.ts";
import { builtInExec } from "fairlead/network/built-in-exec.ts";
import { createNetworkWorker } from "fairlead/network/worker/start-network-worker.ts";
import { RESIDENT_PORT } from "../differential/resident.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { BRIDGE, HOST, OUTSIDE, PortNeighbours, run } from "./port-neighbours.ts";

inHostLikeNamespaces(import.meta.filename);

const TYPE = "mesos-cni-port-mapper";
const CHAIN = "MESOS-BLUE";

const neighbours = PortNeighbours.forTests();
const ask = neighbours.ask.bind(neighbours);
const worker = createNetworkWorker({ log: silentLogger, poolSize: 0 });
const processes = processExec({ searchPath: ["/usr/lib/cni"] });
const withTypes = (...types: readonly string[]): PluginExec => {
  return builtInExec({ worker, types: new Set(types), processes, timeoutMs: 10_000 });
};
/** The delegate is a process. */
const overProcesses = withTypes(TYPE);
/** Nothing is. */
const builtIn = withTypes(TYPE, "bridge", "host-local");

after(() => worker.close());

beforeEach(async () => {
  for (const name of ["c1", "c2"]) await neighbours.makeContainer(name);
});

afterEach(async () => {
  for (const name of ["c1", "c2"]) await neighbours.removeContainer(name);
  neighbours.reset();
});

interface Mapping {
  readonly [key: string]: string | number;
}

const mapping = (hostPort: number, more: Mapping = {}): Mapping => ({
  host_port: hostPort,
  container_port: RESIDENT_PORT,
  ...more,
});

async function call(
  exec: PluginExec,
  command: CniCommand,
  containerId: string,
  mappings: readonly Mapping[],
  keys: JsonObject = {},
): Promise<JsonObject> {
  const portMappings = mappings.map((entry) => ({ ...entry }));
  const config: JsonObject = {
    cniVersion: "1.0.0",
    name: "blue",
    type: TYPE,
    chain: CHAIN,
    excludeDevices: ["some0", BRIDGE, "other0"],
    delegate: { ...neighbours.bridgeConfig, cniVersion: "1.0.0" },
    args: { "org.apache.mesos": { network_info: { name: "blue", port_mappings: portMappings } } },
    ...keys,
  };
  const netns = neighbours.pin(containerId);
  return (await exec.run({ command, type: TYPE, config, containerId, netns, ifName: "eth0" })) ?? {};
}

async function refusal(promise: Promise<unknown>): Promise<CniError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CniError, String(error));
  return error;
}

const links = (containerId: string) =>
  run("nsenter", `--net=${neighbours.pin(containerId)}`, "--", "ip", "-br", "link");
const leases = () => readdirSync(join(neighbours.directory, "ipam", "blue")).filter((name) => /^10\./.test(name));
const mappedOwners = () => [...new Set(run("nft", "list", "ruleset").match(/(?<=comment ")blue [^"]*/g))].toSorted();

/** What Mesos's plugin does, by hand: the rules of one container. */
function mapByIptables(
  address: string,
  mappings: readonly (readonly [port: number, protocol: string])[],
  containerId = "c1",
): void {
  const nat = (...argv: string[]) => run("iptables", "-w", "-t", "nat", ...argv);
  if (!nat("-S").includes(`-N ${CHAIN}\n`)) nat("-N", CHAIN);
  nat("-A", "PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", CHAIN);
  nat("-A", "OUTPUT", "!", "-d", "127.0.0.0/8", "-m", "addrtype", "--dst-type", "LOCAL", "-j", CHAIN);
  for (const [port, protocol] of mappings) {
    const match = ["!", "-i", BRIDGE, "-p", protocol, "-m", protocol, "--dport", String(port)];
    const tag = ["-m", "comment", "--comment", `container_id: ${containerId}`];
    nat("-A", CHAIN, ...match, "-j", "DNAT", "--to-destination", `${address}:${RESIDENT_PORT}`, ...tag);
  }
}

for (const [name, exec] of [
  ["a process", overProcesses],
  ["built in", builtIn],
] as const) {
  test(`with a delegate that is ${name}: reachability is that of the rules that Mesos's plugin makes`, async () => {
    const ports = { tcp: [8081], udp: [8082, "udp"] } as const;
    const result = await call(exec, "ADD", "c1", [mapping(8081), mapping(8082, { protocol: "UDP" })]);
    await call(exec, "ADD", "c2", []);
    for (const container of ["c1", "c2"]) await neighbours.connected(container);
    const addresses = parseResult(result, "1.0.0").ips.map(({ address }) => address.split("/")[0] ?? "");
    const observed = await neighbours.reach(ports);
    assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
    assert.equal(await ask("outside", HOST.v6, 8081), `c1 saw ${OUTSIDE.v6}`, "Mesos's plugin has no IPv6");
    assert.equal(await ask("host", HOST.v4, 8082, "udp"), `c1 saw ${HOST.v4}`);
    assert.equal(await ask("c2", HOST.v4, 8081), "nobody", "packets from the bridge are excluded");

    run("nft", "flush", "ruleset");
    mapByIptables(addresses[0] ?? "", [
      [8081, "tcp"],
      [8082, "udp"],
    ]);
    const isV4 = ([row]: [string, string]) => !/ of .*:/.test(row);
    const expected = Object.entries(await neighbours.reach(ports)).filter(isV4);
    assert.deepEqual(Object.entries(observed).filter(isV4), expected);

    await call(exec, "DEL", "c1", []);
    await call(exec, "DEL", "c2", []);
    assert.deepEqual(leases(), []);
  });
}

test("the result is the delegate's: whole, or with the three keys of the first versions", async () => {
  const result = await call(overProcesses, "ADD", "c1", [mapping(8081)]);
  assert.equal(result.cniVersion, "1.0.0");
  assert.equal(parseResult(result, "1.0.0").ips.length, 2);
  const { cniVersion: _, ...delegate } = { ...neighbours.bridgeConfig, cniVersion: "" };
  const old = await call(overProcesses, "ADD", "c2", [mapping(8082)], { delegate });
  assert.deepEqual(old, {
    ip4: { ip: "10.22.0.3/24", gateway: "10.22.0.1", routes: [{ dst: "0.0.0.0/0" }] },
    ip6: { ip: "fd00:22::3/64", gateway: "fd00:22::1", routes: [{ dst: "::/0" }] },
  });
  await neighbours.connected("c2");
  assert.equal(await ask("outside", HOST.v4, 8082), `c2 saw ${OUTSIDE.v4}`);
});

test("a port that another container has is refused with code 103, and the delegate's ADD is undone", async () => {
  await call(overProcesses, "ADD", "c1", [mapping(8081)]);
  await neighbours.connected("c1");
  const error = await refusal(call(overProcesses, "ADD", "c2", [mapping(8082), mapping(8081)], { chain: "OTHER" }));
  assert.equal(error.pluginCode, 103);
  assert.equal(error.message, "host port 8081/tcp is mapped already, for container c1 of blue");
  assert.ok(!links("c2").includes("eth0"));
  assert.deepEqual(leases(), ["10.22.0.2"]);
  assert.deepEqual(mappedOwners(), ["blue c1 eth0"]);
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
});

test("a delegate that fails has code 102 with its words, and nothing is mapped", async () => {
  const delegate = { ...neighbours.bridgeConfig, cniVersion: "1.0.0", ipam: { type: "host-local" } };
  const error = await refusal(call(overProcesses, "ADD", "c1", [mapping(8081)], { delegate }));
  assert.equal(error.pluginCode, 102);
  assert.match(
    error.message,
    /^Could not execute the delegate plugin 'bridge' for ADD command: .*no IP ranges specified/,
  );
  assert.deepEqual(mappedOwners(), []);
});

const REFUSED: Readonly<Record<string, readonly [code: number, mappings: readonly Mapping[], keys?: JsonObject]>> = {
  "host port 0": [103, [mapping(0)]],
  "host port 65536": [103, [mapping(65536)]],
  "an unknown protocol": [103, [mapping(1, { protocol: "foo" })]],
  "no chain": [101, [mapping(1)], { chain: null }],
  "no delegate": [101, [mapping(1)], { delegate: null }],
  "a delegate that is nowhere": [101, [mapping(1)], { delegate: { type: "nowhere" } }],
};

for (const [name, [code, mappings, keys]] of Object.entries(REFUSED)) {
  test(`${name} is refused with code ${code} before the delegate is run`, async () => {
    const error = await refusal(call(overProcesses, "ADD", "c1", [mapping(8081), ...mappings], keys));
    assert.equal(error.pluginCode, code);
    assert.ok(!links("c1").includes("eth0"));
    assert.deepEqual(mappedOwners(), []);
  });
}

test("DEL takes what belongs to the attachment, and nothing of those whose names begin alike", async () => {
  await call(overProcesses, "ADD", "c1", [mapping(8081)]);
  await neighbours.makeContainer("c1.child");
  await call(overProcesses, "ADD", "c1.child", [mapping(8082)]);
  await call(overProcesses, "ADD", "c2", [mapping(8083)]);
  assert.deepEqual(mappedOwners(), ["blue c1 eth0", "blue c1.child eth0", "blue c2 eth0"]);
  await call(overProcesses, "DEL", "c1", [mapping(8081)]);
  await call(overProcesses, "DEL", "c1", [mapping(8081)]);
  assert.deepEqual(mappedOwners(), ["blue c1.child eth0", "blue c2 eth0"]);
  assert.deepEqual(leases().toSorted(), ["10.22.0.3", "10.22.0.4"]);
  await call(overProcesses, "DEL", "c1.child", []);
  await neighbours.removeContainer("c1.child");
});

test("what Mesos's plugin mapped is gone after DEL, and no more than that", async () => {
  await call(overProcesses, "ADD", "c1", []);
  mapByIptables("10.22.0.2", [[8081, "tcp"]]);
  mapByIptables("10.22.0.3", [[8082, "tcp"]], "c1.child");
  await call(overProcesses, "DEL", "c1", []);
  const rules = run("iptables", "-t", "nat", "-S", CHAIN);
  assert.deepEqual(rules.match(/--dport \d+/g), ["--dport 8082"]);
});

test("CHECK, GC and STATUS", async () => {
  const prevResult = await call(overProcesses, "ADD", "c1", [mapping(8081)]);
  await call(overProcesses, "ADD", "c2", [mapping(8082)]);
  await call(overProcesses, "CHECK", "c1", [mapping(8081)], { prevResult });
  const missing = await refusal(call(overProcesses, "CHECK", "c1", [mapping(8083)], { prevResult }));
  assert.equal(missing.pluginCode, 103);
  assert.equal(missing.message, "could not check ipv4 dnat: host port 8083/tcp is not mapped");
  const valid = { cniVersion: "1.1.0", "cni.dev/valid-attachments": [{ containerID: "c2", ifname: "eth0" }] };
  await call(overProcesses, "GC", "c1", [], valid);
  assert.deepEqual(mappedOwners(), ["blue c2 eth0"]);
  await call(overProcesses, "STATUS", "c1", [], { cniVersion: "1.1.0" });
});

test("the chain's name is that of chains in our table", async () => {
  await call(overProcesses, "ADD", "c1", [mapping(8081)]);
  assert.match(run("nft", "list", "chains"), /chain ports_MESOS-BLUE_[0-9a-f]{12}_prerouting/);
});
