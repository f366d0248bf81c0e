import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, afterEach, beforeEach, describe, type TestContext, test } from "node:test";
import { type CniCommand, CniError, type JsonObject, type PluginExec, parseResult, processExec } from "@fairlead/cni";
import { Kernel } from "fairlead/network/plugin/kernel.ts";
import { Portmap } from "fairlead/network/portmap/portmap.ts";
import { referencePortChain } from "fairlead/network/portmap/reference-ports.ts";
import { RESIDENT_PORT } from "../differential/resident.ts";
import { poll } from "../support/poll.ts";
import { directExec } from "./direct-exec.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { BRIDGE, GATEWAY, HOST, OUTSIDE, PortNeighbours, run } from "./port-neighbours.ts";

inHostLikeNamespaces(import.meta.filename);

const NETWORK = "blue";

const neighbours = PortNeighbours.forTests();
const ask = neighbours.ask.bind(neighbours);
const kernel = new Kernel({ poolSize: 0 });
const reference = processExec({ searchPath: ["/usr/lib/cni"] });
const builtIn = directExec(kernel, new Map([["portmap", new Portmap()]]));

after(() => kernel[Symbol.dispose]());

beforeEach(async () => {
  for (const name of ["c1", "c2"]) await attach(name);
  for (const name of ["c1", "c2"]) await neighbours.connected(name);
});

afterEach(async () => {
  for (const name of ["c1", "c2"]) await neighbours.removeContainer(name);
  neighbours.reset();
});

/** By which the plugin under test knows them. */
const attached = new Map<string, JsonObject>();

/** Connects a container by the reference `bridge`. */
async function attach(containerId: string): Promise<void> {
  await neighbours.makeContainer(containerId);
  const config = { ...neighbours.bridgeConfig, cniVersion: "1.0.0", name: NETWORK };
  const netns = neighbours.pin(containerId);
  const call = { command: "ADD", type: "bridge", config, containerId, netns, ifName: "eth0" } as const;
  attached.set(containerId, (await reference.run(call)) ?? {});
}

function addresses(containerId: string): { v4: string; v6: string } {
  const [v4 = "", v6 = ""] = parseResult(attached.get(containerId) ?? {}, "1.0.0").ips.map(
    ({ address }) => address.split("/")[0] ?? "",
  );
  return { v4, v6 };
}

interface Mapping {
  readonly [key: string]: string | number;
}

const mapping = (hostPort: number, more: Mapping = {}): Mapping => ({
  hostPort,
  containerPort: RESIDENT_PORT,
  protocol: "tcp",
  ...more,
});

async function call(
  exec: PluginExec,
  command: CniCommand,
  containerId: string,
  portMappings: readonly Mapping[],
  keys: JsonObject = {},
): Promise<JsonObject | undefined> {
  const config: JsonObject = {
    cniVersion: "1.0.0",
    name: NETWORK,
    type: "portmap",
    runtimeConfig: { portMappings: portMappings.map((entry) => ({ ...entry })) },
    prevResult: attached.get(containerId),
    ...keys,
  };
  return await exec.run({
    command,
    type: "portmap",
    config,
    containerId,
    netns: neighbours.pin(containerId),
    ifName: "eth0",
  });
}

async function refusal(promise: Promise<unknown>): Promise<CniError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CniError, String(error));
  return error;
}

const ruleset = () => run("nft", "list", "ruleset");

/** Elements of a map, as `key: data comment`, the way that nft shows them. */
function elements(map: string, family = "ip"): string[] {
  const listing = run("nft", "list", "map", family, "fairlead", map);
  const list = /elements = \{([^}]*)\}/s.exec(listing)?.[1] ?? "";
  const words = list.split(",").map((text) => text.replaceAll(/\s+/g, " ").trim());
  return words.filter((text) => text !== "").toSorted();
}

const hasTable = () => /^table ip6? fairlead/m.test(ruleset());

const CONFIGURATIONS: Readonly<Record<string, readonly [readonly Mapping[], JsonObject]>> = {
  "tcp and udp": [[mapping(8081), mapping(8082, { protocol: "udp" })], {}],
  "upper case": [[mapping(8081, { protocol: "TCP" }), mapping(8082, { protocol: "UDP" })], {}],
  "without snat": [[mapping(8081), mapping(8082, { protocol: "udp" })], { snat: false }],
  "one address of the host": [
    [mapping(8081, { hostIP: HOST.v4Other }), mapping(8082, { protocol: "udp", hostIP: HOST.v6 })],
    {},
  ],
  "the unspecified addresses": [
    [mapping(8081, { hostIP: "0.0.0.0" }), mapping(8082, { protocol: "udp", hostIP: "::" })],
    {},
  ],
  localhost: [[mapping(8081, { hostIP: "127.0.0.1" })], {}],
  "a mark bit": [[mapping(8081)], { markMasqBit: 5 }],
  "conditions on the source": [
    [mapping(8081)],
    { conditionsV4: ["!", "-s", OUTSIDE.v4], conditionsV6: ["!", "-s", `${OUTSIDE.v6}/128`] },
  ],
  "conditions on the destination": [[mapping(8081)], { conditionsV4: ["-d", `${HOST.v4Other}/32`] }],
  "conditions on the interface": [[mapping(8081)], { conditionsV4: ["!", "-i", "up+"], conditionsV6: ["-i", "up0"] }],
  "conditions on type and mark": [
    [mapping(8081)],
    {
      conditionsV4: ["-m", "addrtype", "!", "--src-type", "LOCAL", "-m", "mark", "!", "--mark", "0x1/0x1"],
      conditionsV6: ["-m", "addrtype", "--src-type", "LOCAL"],
    },
  ],
};

describe("reachability is that of the reference plugin", () => {
  for (const [name, [mappings, keys]] of Object.entries(CONFIGURATIONS)) {
    test(name, async () => {
      const ports = { tcp: [8081], udp: [8082, "udp"] } as const;
      const observed: Readonly<Record<string, string>>[] = [];
      for (const exec of [reference, builtIn]) {
        const result = await call(exec, "ADD", "c1", mappings, keys);
        assert.deepEqual(parseResult(result ?? {}, "1.0.0"), parseResult(attached.get("c1") ?? {}, "1.0.0"));
        observed.push(await neighbours.reach(ports));
        await call(exec, "DEL", "c1", mappings, keys);
        for (const address of ["127.0.0.1", HOST.v4, HOST.v4Other, HOST.v6]) {
          assert.equal(await ask("host", address, 8081), "nobody");
        }
      }
      assert.deepEqual(observed[1], observed[0]);
    });
  }
});

test("who reaches a mapped port is seen as the one he is, but for those whose answers would not come back", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  const { v4, v6 } = addresses("c2");
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("outside", HOST.v6, 8081), `c1 saw ${OUTSIDE.v6}`);
  for (const address of [HOST.v4, "127.0.0.1"]) assert.match(await ask("host", address, 8081), /^c1 saw /);
  assert.equal(await ask("host", "::1", 8081), "nobody");
  for (const from of ["c1", "c2"]) {
    assert.equal(await ask(from, HOST.v4, 8081), `c1 saw ${GATEWAY.v4}`, from);
    assert.equal(await ask(from, HOST.v6, 8081), `c1 saw ${GATEWAY.v6}`, from);
  }
  assert.equal(await ask("c2", addresses("c1").v4, RESIDENT_PORT), `c1 saw ${v4}`, "without the host nothing changes");
  assert.equal(await ask("c2", addresses("c1").v6, RESIDENT_PORT), `c1 saw ${v6}`);

  await call(builtIn, "ADD", "c1", [mapping(8081)], { masqAll: true });
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${GATEWAY.v4}`);
});

test("packets to other hosts pass as they are, though they go to a mapped port", async () => {
  await call(builtIn, "ADD", "c1", [mapping(RESIDENT_PORT), mapping(RESIDENT_PORT, { protocol: "udp" })]);
  for (const protocol of ["tcp", "udp"] as const) {
    assert.equal(await ask("c2", HOST.v4, RESIDENT_PORT, protocol), `c1 saw ${GATEWAY.v4}`);
    assert.equal(await ask("c2", OUTSIDE.v4, RESIDENT_PORT, protocol), `outside saw ${addresses("c2").v4}`);
    assert.equal(await ask("c2", OUTSIDE.v6, RESIDENT_PORT, protocol), `outside saw ${addresses("c2").v6}`);
    assert.equal(await ask("host", OUTSIDE.v4, RESIDENT_PORT, protocol), `outside saw ${HOST.v4}`);
    assert.equal(await ask("outside", addresses("c2").v4, RESIDENT_PORT, protocol), `c2 saw ${OUTSIDE.v4}`);
  }
});

test("a port that another container has is refused, and stays with it", async () => {
  await call(builtIn, "ADD", "c1", [
    mapping(8081),
    mapping(8082, { hostIP: HOST.v4 }),
    mapping(8083, { protocol: "udp" }),
  ]);
  const before = ruleset();
  for (const wanted of [
    mapping(8081),
    mapping(8081, { hostIP: HOST.v4Other }),
    mapping(8081, { hostIP: "::" }),
    mapping(8082),
    mapping(8082, { hostIP: HOST.v4 }),
    mapping(8083, { protocol: "udp" }),
  ]) {
    const error = await refusal(call(builtIn, "ADD", "c2", [mapping(9000), wanted]));
    assert.equal(error.pluginCode, 999);
    const port = `${wanted.hostPort}/${wanted.protocol}`;
    assert.equal(error.message, `host port ${port} is mapped already, for container c1 of blue`);
  }
  const error = await refusal(call(builtIn, "ADD", "c2", [mapping(8081)], { conditionsV4: ["-s", "10.0.0.0/8"] }));
  assert.match(error.message, /^host port 8081\/tcp is mapped already/);
  assert.equal(ruleset(), before);

  const others = [mapping(8081, { protocol: "udp" }), mapping(8082, { hostIP: HOST.v4Other }), mapping(8083)];
  await call(builtIn, "ADD", "c2", others);
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("outside", HOST.v4Other, 8082), `c2 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("outside", HOST.v4, 8082), `c1 saw ${OUTSIDE.v4}`);

  await call(builtIn, "DEL", "c1", []);
  await call(builtIn, "ADD", "c2", [mapping(8081)]);
  assert.equal(await ask("outside", HOST.v4, 8081), `c2 saw ${OUTSIDE.v4}`);
});

test("two containers may have one port under conditions that no packet meets together", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)], { conditionsV4: ["-d", HOST.v4], conditionsV6: ["-i", "up0"] });
  const conditionsV6 = ["!", "-i", "up+"];
  await call(builtIn, "ADD", "c2", [mapping(8081)], { conditionsV4: ["-d", HOST.v4Other], conditionsV6 });
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("outside", HOST.v4Other, 8081), `c2 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("outside", HOST.v6, 8081), `c1 saw ${OUTSIDE.v6}`);
  assert.match(await ask("host", HOST.v6, 8081), /^c2 saw /);
});

test("what a container left that is gone without DEL is taken over with its address", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  attached.set("c2", attached.get("c1") ?? {});
  await call(builtIn, "ADD", "c2", [mapping(8081)]);
  await call(builtIn, "DEL", "c1", [mapping(8081)]);
  assert.deepEqual(elements("ports_any"), ['tcp . 8081 comment "blue c2 eth0" : 10.22.0.2 . 8080']);
  await call(builtIn, "CHECK", "c2", [mapping(8081)]);
});

test("a port that the reference plugin has mapped stays with its container", async () => {
  await call(reference, "ADD", "c1", [mapping(8081)]);
  await call(builtIn, "ADD", "c2", [mapping(8081)]);
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
  assert.equal(await ask("host", HOST.v4, 8081), `c1 saw ${HOST.v4}`);
});

test("UDP that began before goes the new way soon, after ADD and after DEL", async (t) => {
  await call(builtIn, "ADD", "c1", [mapping(9999)]);
  const answer = await talker(t);
  // without that, a packet in time would keep it on its old way for ever
  const answered = (words: string) => poll(async () => (await answer()).startsWith(words));
  await answered("nobody");
  await call(builtIn, "ADD", "c1", [mapping(8082, { protocol: "udp" })]);
  await answered("c1 saw");
  await call(builtIn, "DEL", "c1", []);
  await answered("nobody");
  await call(builtIn, "ADD", "c2", [mapping(8082, { protocol: "udp", hostIP: HOST.v4 })]);
  await answered("c2 saw");
});

/** Sends to port 8082 of the host again and again from the same port. */
async function talker(t: TestContext): Promise<() => Promise<string>> {
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.bind();
  await once(socket, "listening");
  return async () => {
    const waiting = AbortSignal.timeout(300);
    socket.send("ping", 8082, HOST.v4);
    const [message] = await once(socket, "message", { signal: waiting }).catch(() => ["nobody"]);
    return String(message);
  };
}

test("repeated ADD, CHECK and DEL", async () => {
  const mappings = [mapping(8081), mapping(8082, { protocol: "udp", hostIP: HOST.v4 })];
  await call(builtIn, "ADD", "c1", mappings);
  const once = ruleset();
  await call(builtIn, "ADD", "c1", mappings);
  assert.equal(ruleset(), once);
  await call(builtIn, "ADD", "c2", [mapping(8083)]);
  await call(builtIn, "CHECK", "c1", mappings);
  await call(builtIn, "DEL", "c1", mappings);
  await call(builtIn, "DEL", "c1", mappings);
  const error = await refusal(call(builtIn, "CHECK", "c1", mappings));
  assert.equal(error.pluginCode, 999);
  assert.equal(error.message, "could not check ipv4 dnat: host port 8081/tcp is not mapped");
  await call(builtIn, "CHECK", "c2", [mapping(8083)]);
  assert.deepEqual(elements("ports_any"), ['tcp . 8083 comment "blue c2 eth0" : 10.22.0.3 . 8080']);
  assert.deepEqual(elements("ports_one"), []);
});

test("DEL needs nothing but the names, and does not mind what it gets", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)], { conditionsV4: ["-d", HOST.v4] });
  await call(builtIn, "DEL", "c1", [{ hostPort: 0 }], { prevResult: {}, backend: "pf" });
  assert.ok(!ruleset().includes("blue c1"));
  run("nft", "flush", "ruleset");
  await call(builtIn, "DEL", "c1", []);
});

test("a rule set that was flushed is noticed by CHECK, and made again with the next ADD", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  run("nft", "flush", "ruleset");
  assert.equal((await refusal(call(builtIn, "CHECK", "c1", [mapping(8081)]))).pluginCode, 999);
  await call(builtIn, "ADD", "c2", [mapping(8082)]);
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  assert.equal(await ask("outside", HOST.v4, 8081), `c1 saw ${OUTSIDE.v4}`);
  run("nft", "flush", "chain", "ip", "fairlead", "ports_output");
  const error = await refusal(call(builtIn, "CHECK", "c1", [mapping(8081)]));
  assert.equal(error.message, "could not check dnat: chains are missing");
});

test("GC leaves what is valid and what belongs to other networks; STATUS works", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  await call(builtIn, "ADD", "c2", [mapping(8082)], { conditionsV4: ["-d", HOST.v4] });
  await call(builtIn, "ADD", "c2", [mapping(8083)], { name: "blue2" });
  const valid = [{ containerID: "c1", ifname: "eth0" }];
  await call(builtIn, "GC", "c1", [], { cniVersion: "1.1.0", "cni.dev/valid-attachments": valid });
  assert.deepEqual(elements("ports_any"), [
    'tcp . 8081 comment "blue c1 eth0" : 10.22.0.2 . 8080',
    'tcp . 8083 comment "blue2 c2 eth0" : 10.22.0.3 . 8080',
  ]);
  assert.ok(!ruleset().includes("blue c2"));
  await call(builtIn, "STATUS", "c1", [], { cniVersion: "1.1.0" });
});

test("what the reference plugin mapped is gone after DEL, and no more than that", async () => {
  for (const containerId of ["c1", "c2"]) {
    const port = containerId === "c1" ? 8081 : 8082;
    await call(reference, "ADD", containerId, [mapping(port), mapping(port, { protocol: "udp" })], { markMasqBit: 3 });
  }
  const rules = () => [run("iptables", "-t", "nat", "-S"), run("ip6tables", "-t", "nat", "-S")].join("");
  await call(builtIn, "DEL", "c1", []);
  assert.ok(!rules().includes('\\"c1\\"') && rules().includes('\\"c2\\"'));
  assert.equal(rules().match(/^-N CNI-DN-/gm)?.length, 2, "one for each family");
  assert.equal(await ask("outside", HOST.v4, 8082), `c2 saw ${OUTSIDE.v4}`);
  await call(builtIn, "DEL", "c2", []);
  assert.ok(!rules().includes("CNI-DN-"));
});

test("so is what it mapped by the older kind of iptables", async () => {
  const legacy = (...argv: string[]) => run("iptables-legacy", "-w", "-t", "nat", ...argv);
  const chains = ["c1", "c2"].map((containerId) => referencePortChain({ network: NETWORK, containerId }));
  legacy("-N", "CNI-HOSTPORT-DNAT");
  for (const [index, chain] of chains.entries()) {
    legacy("-N", chain);
    legacy("-A", chain, "-p", "tcp", "-j", "DNAT", "--to-destination", "10.22.0.9:80");
    legacy("-A", "CNI-HOSTPORT-DNAT", "-p", "tcp", "-m", "multiport", "--dports", `${8081 + index}`, "-j", chain);
  }
  await call(builtIn, "DEL", "c1", []);
  const left = legacy("-S").match(/CNI-DN-\w+/g);
  assert.deepEqual([...new Set(left)], [chains[1]]);
  for (const argv of [["-F"], ["-X"]]) legacy(...argv);
});

test("what the newest reference plugin keeps in nftables is gone after DEL, and no more than that", async () => {
  const rule = (id: string, port: number) => `tcp dport ${port} dnat to 10.22.0.9:80 comment "${id}"`;
  for (const family of ["ip", "ip6"]) {
    run("nft", `add table ${family} cni_hostport; add chain ${family} cni_hostport hostports`);
  }
  for (const [id, port] of [
    ["c1", 1],
    ["c10", 2],
    ["c1", 3],
  ] as const) {
    run("nft", `add rule ip cni_hostport hostports ${rule(id, port)}`);
  }
  await call(builtIn, "DEL", "c1", []);
  const left = run("nft", "list", "chain", "ip", "cni_hostport", "hostports").match(/dport \d+/g);
  assert.deepEqual(left, ["dport 2"]);
});

test("the reference plugin's DEL does not mind what is ours", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  await call(reference, "DEL", "c1", [mapping(8081)]);
  await call(builtIn, "DEL", "c1", [mapping(8081)]);
  assert.deepEqual(elements("ports_any"), []);
});

const REFUSED: Readonly<Record<string, readonly [readonly Mapping[], JsonObject?]>> = {
  "host port 0": [[mapping(0)]],
  "host port 65536": [[mapping(65536)]],
  "a negative host port": [[mapping(-1)]],
  "half a port": [[mapping(80.5)]],
  "container port 0": [[mapping(80, { containerPort: 0 })]],
  "container port 65536": [[mapping(80, { containerPort: 65536 })]],
  "a port as text": [[mapping(80, { containerPort: "80" })]],
  "an unknown protocol": [[mapping(80, { protocol: "foo" })]],
  "a protocol without ports": [[mapping(80, { protocol: "icmp" })]],
  "no protocol": [[mapping(80, { protocol: "" })]],
  "a mark bit of 32": [[mapping(80)], { markMasqBit: 32 }],
  "two ways to mark": [[mapping(80)], { markMasqBit: 1, externalSetMarkChain: "X" }],
  "conditions that are no list": [[mapping(80)], { conditionsV4: "-s" }],
  "no prevResult": [[mapping(80)], { prevResult: null }],
};

for (const [name, [mappings, keys]] of Object.entries(REFUSED)) {
  test(`${name} is refused with the reference plugin's code, and nothing is changed`, async () => {
    const expected = await refusal(call(reference, "ADD", "c1", [mapping(8081), ...mappings], keys));
    run("nft", "flush", "ruleset");
    const error = await refusal(call(builtIn, "ADD", "c1", [mapping(8081), ...mappings], keys));
    assert.equal(error.pluginCode, expected.pluginCode);
    assert.ok(!hasTable());
  });
}

test("versions without interfaces in their results are spoken, too", async () => {
  const prevResult = { cniVersion: "0.2.0", ip4: { ip: "10.22.0.2/24" } };
  const keys = { cniVersion: "0.2.0", prevResult };
  const answers = await Promise.all([reference, builtIn].map((exec) => call(exec, "ADD", "c1", [mapping(8081)], keys)));
  assert.deepEqual(answers[1]?.ip4, answers[0]?.ip4);
  assert.deepEqual(elements("ports_any"), ['tcp . 8081 comment "blue c1 eth0" : 10.22.0.2 . 8080']);
});

test("containers do not reach what listens on 127.0.0.1 of the host, though its answers may pass to them", async () => {
  await call(builtIn, "ADD", "c1", [mapping(8081)]);
  assert.equal(readFileSync(`/proc/sys/net/ipv4/conf/${BRIDGE}/route_localnet`, "latin1").trim(), "1");
  const inside = (...argv: string[]) => run("nsenter", `--net=${neighbours.pin("c2")}`, "--", ...argv);
  inside("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
  // its loopback is down, so that these addresses are not its own
  inside("ip", "route", "add", "127.0.0.1/32", "via", GATEWAY.v4, "src", addresses("c2").v4);
  assert.equal(await ask("c2", "127.0.0.1", RESIDENT_PORT), "nobody");
  assert.equal(await ask("host", "127.0.0.1", 8081), `c1 saw ${GATEWAY.v4}`);
  run("nft", "flush", "chain", "ip", "fairlead", "ports_loopback");
  assert.match(await ask("c2", "127.0.0.1", RESIDENT_PORT), /^host saw /, "it is the rule that keeps them off");
});

test("thousands of ports go in and out in one batch each", async () => {
  const mappings = Array.from({ length: 5000 }, (_, index) => mapping(10_000 + index));
  await call(builtIn, "ADD", "c1", mappings, { cniVersion: "1.0.0" });
  assert.match(await ask("outside", HOST.v4, 14_999), /^c1 saw /);
  await refusal(
    call(
      builtIn,
      "ADD",
      "c2",
      mappings.map((entry) => ({ ...entry })),
    ),
  );
  await call(builtIn, "CHECK", "c1", mappings);
  await call(builtIn, "ADD", "c1", mappings);
  await call(builtIn, "DEL", "c1", mappings);
  assert.deepEqual(elements("ports_any"), []);
});
