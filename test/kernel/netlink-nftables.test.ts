import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { afterEach, test } from "node:test";
import { NetlinkError, NetlinkProtocol, NetlinkSocket } from "@fairlead/netlink";
import {
  AddressType,
  addChain,
  addElements,
  addRule,
  addSet,
  addTable,
  be16,
  bitwise,
  ChainPriority,
  ConnectionState,
  ConnectionStatus,
  compare,
  counter,
  deleteChain,
  deleteElements,
  deleteRule,
  deleteSet,
  deleteTable,
  dnat,
  field,
  findElement,
  flushChain,
  hasChain,
  hasSet,
  hasTable,
  interfaceName,
  isStale,
  listElements,
  listRules,
  listSets,
  loadAddressType,
  loadConnection,
  loadConnectionAddress,
  loadConnectionPort,
  loadMeta,
  loadPayload,
  loadValue,
  lookupMap,
  lookupSet,
  lookupVerdict,
  MAX_COMMENT_BYTES,
  masquerade,
  type NftExpression,
  type NftSet,
  readGeneration,
  setConnectionMark,
  setMark,
  snat,
  transact,
  u8,
  u32,
  verdict,
} from "@fairlead/netlink/nftables";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const EOPNOTSUPP = 95;

const socket = NetlinkSocket.open(NetlinkProtocol.netfilter);
const table = { family: "ip", name: "t" } as const;
const chain = { family: "ip", table: "t", name: "c" } as const;
const ports: NftSet = {
  family: "ip",
  table: "t",
  name: "ports",
  key: ["inet_proto", "inet_service"],
  data: ["ipv4_addr", "inet_service"],
};
const verdicts: NftSet = { family: "ip", table: "t", name: "verdicts", key: ["ipv4_addr"], data: "verdict" };
const addresses: NftSet = { family: "ip", table: "t", name: "addresses", key: ["ipv4_addr"] };

afterEach(() => {
  nft("flush", "ruleset");
});

test("tables, chains of every kind, sets and maps are as nft lists them", () => {
  transact(socket, [
    addTable(table),
    addChain(chain),
    addChain(
      { ...chain, name: "pre" },
      { type: "nat", hook: "prerouting", priority: ChainPriority.destinationNat - 5, policy: "accept" },
    ),
    addChain({ ...chain, name: "fwd" }, { type: "filter", hook: "forward", priority: 0, policy: "drop" }),
    addSet(addresses),
    addSet(ports),
    addSet(verdicts),
    addTable({ family: "inet", name: "t" }),
    addSet({ family: "inet", table: "t", name: "pairs", key: ["ifname", "ipv6_addr", "mark"] }),
  ]);
  assert.equal(
    nft("list", "ruleset"),
    `table ip t {
	set addresses {
		type ipv4_addr
	}

	map ports {
		type inet_proto . inet_service : ipv4_addr . inet_service
	}

	map verdicts {
		type ipv4_addr : verdict
	}

	chain c {
	}

	chain pre {
		type nat hook prerouting priority dstnat - 5; policy accept;
	}

	chain fwd {
		type filter hook forward priority filter; policy drop;
	}
}
table inet t {
	set pairs {
		type ifname . ipv6_addr . mark
	}
}
`,
  );
  assert.ok(hasTable(socket, table) && hasChain(socket, chain) && hasSet(socket, ports));
  assert.ok(!hasTable(socket, { family: "ip6", name: "t" }));
  assert.ok(!hasChain(socket, { ...chain, name: "x" }) && !hasChain(socket, { ...chain, table: "x" }));
  assert.ok(!hasSet(socket, { ...ports, name: "x" }) && !hasSet(socket, { ...ports, table: "x" }));

  transact(socket, [addTable(table), addChain(chain), addSet(ports)]);
  transact(socket, [deleteChain(chain), deleteSet(ports), deleteTable({ family: "inet", name: "t" })]);
  assert.ok(!hasChain(socket, chain) && !hasSet(socket, ports) && !hasTable(socket, { family: "inet", name: "t" }));
  assert.ok(hasTable(socket, table));
});

test("sets are listed with the comments that they were made with, and nft shows them", () => {
  const commented: NftSet = { ...ports, name: "commented", comment: "! -s 10.0.0.0/8" };
  transact(socket, [addTable(table), addSet(ports), addSet(commented)]);
  const byName = listSets(socket, table).toSorted((a, b) => a.name.localeCompare(b.name));
  assert.deepEqual(byName, [
    { name: "commented", comment: "! -s 10.0.0.0/8" },
    { name: "ports", comment: undefined },
  ]);
  assert.match(
    execFileSync("nft", ["list", "map", "ip", "t", "commented"], { encoding: "utf8" }),
    /comment "! -s 10\.0\.0\.0\/8"/,
  );
  assert.deepEqual(listSets(socket, { family: "ip6", name: "t" }), []);
});

test("rules are as nft lists them", () => {
  const subnet = [Buffer.from([255, 255, 0, 0]), Buffer.from([10, 1, 0, 0])] as const;
  const from = (family: "ip" | "ip6") => loadPayload(field.sourceAddress[family]);
  const to = (family: "ip" | "ip6") => loadPayload(field.destinationAddress[family]);
  const state = loadConnection("state");
  const any = (bits: number): NftExpression[] => [bitwise(u32(bits)), compare("!=", u32(0))];
  const accept = verdict({ kind: "accept" });

  assertRules("filter", "forward", [
    [[from("ip"), lookupSet("addresses"), counter(), accept], "ip saddr @addresses counter packets 0 bytes 0 accept"],
    [[from("ip"), lookupSet("addresses", { inverted: true }), accept], "ip saddr != @addresses accept"],
    [
      [state, ...any(ConnectionState.established | ConnectionState.related), accept],
      "ct state established,related accept",
    ],
    [[loadConnection("status"), ...any(ConnectionStatus.destinationNat), accept], "ct status dnat accept"],
    [[loadConnection("direction"), compare("==", u8(1)), accept], "ct direction reply accept"],
    [
      [loadConnectionAddress("ip", "destination", "original"), compare("==", Buffer.from([10, 0, 0, 1])), accept],
      "ct original ip daddr 10.0.0.1 accept",
    ],
    [
      [
        loadMeta("l4proto"),
        compare("==", u8(6)),
        loadConnectionPort("destination", "original"),
        compare("==", be16(80)),
        accept,
      ],
      "meta l4proto tcp ct original proto-dst 80 accept",
    ],
    [
      [
        loadMeta("iifname"),
        compare("==", interfaceName("br0")),
        loadMeta("oifname"),
        compare("!=", interfaceName("br0")),
        verdict({ kind: "drop" }),
      ],
      'iifname "br0" oifname != "br0" drop',
    ],
    [[loadMeta("mark"), bitwise(u32(~0x2000 >>> 0), u32(0x2000)), setMark()], "meta mark set meta mark | 0x00002000"],
    [[loadMeta("mark"), setConnectionMark()], "ct mark set meta mark"],
    [
      [to("ip"), bitwise(subnet[0]), compare("==", subnet[1]), verdict({ kind: "return" })],
      "ip daddr 10.1.0.0/16 return",
    ],
    [[verdict({ kind: "continue" })], "continue"],
    [[from("ip"), lookupVerdict("verdicts")], "ip saddr vmap @verdicts"],
    [[verdict({ kind: "jump", chain: "other" })], "jump other"],
    [[verdict({ kind: "goto", chain: "other" })], "goto other"],
  ]);

  assertRules("nat", "prerouting", [
    [
      [
        loadAddressType("destination"),
        compare("==", AddressType.local),
        loadMeta("l4proto"),
        loadPayload(field.destinationPort, 1),
        lookupMap("ports"),
        dnat({ family: "ip", address: 0, port: 1 }),
      ],
      "fib daddr type local dnat ip to meta l4proto . th dport map @ports",
    ],
    [
      [
        loadMeta("l4proto"),
        compare("==", u8(17)),
        loadPayload(field.destinationPort),
        compare("==", be16(53)),
        loadValue(Buffer.from([10, 0, 0, 9]), 0),
        dnat({ family: "ip", address: 0 }),
      ],
      "udp dport 53 dnat to 10.0.0.9",
    ],
  ]);

  assertRules("nat", "postrouting", [
    [[to("ip"), lookupSet("addresses"), masquerade()], "ip daddr @addresses masquerade"],
    [[loadValue(Buffer.from([10, 0, 0, 9])), snat({ family: "ip", address: 0 })], "snat to 10.0.0.9"],
  ]);

  const chain6 = { family: "ip6", table: "t", name: "c" } as const;
  const address = Buffer.from("fd000000000000000000000000000001", "hex");
  transact(socket, [
    addTable({ family: "ip6", name: "t" }),
    addChain(chain6),
    addRule(chain6, [from("ip6"), compare("==", address), to("ip6"), compare("!=", address), accept]),
  ]);
  assert.match(nft("list", "chain", "ip6", "t", "c"), /ip6 saddr fd00::1 ip6 daddr != fd00::1 accept/);
});

/** Puts rules into a chain of the kind, and compares each with what nft shows. */
function assertRules(
  type: "filter" | "nat",
  hook: "forward" | "prerouting" | "postrouting",
  rules: readonly (readonly [NftExpression[], string])[],
): void {
  transact(socket, [
    addTable(table),
    addChain({ ...chain, name: "other" }),
    addChain(chain, { type, hook, priority: 0 }),
    addSet(addresses),
    addSet(ports),
    addSet(verdicts),
    ...rules.map(([expressions]) => addRule(chain, expressions)),
  ]);
  const listed = nft("list", "chain", "ip", "t", "c").split("\n").slice(3, -3);
  assert.deepEqual(
    listed.map((line) => line.trim()),
    rules.map(([, text]) => text),
  );
  transact(socket, [deleteTable(table)]);
}

test("rules carry comments, are listed in their order, and deleted by handle or with the chain's others", () => {
  const accept = [verdict({ kind: "accept" })];
  transact(socket, [
    addTable(table),
    addChain(chain),
    addRule(chain, accept, { comment: "second" }),
    addRule(chain, accept),
    addRule(chain, accept, { comment: "first", position: "first" }),
  ]);
  assert.deepEqual(
    listRules(socket, chain).map(({ comment }) => comment),
    ["first", "second", undefined],
  );
  assert.match(
    nft("list", "chain", "ip", "t", "c"),
    /accept comment "first"\n\t\taccept comment "second"\n\t\taccept\n/,
  );
  assert.deepEqual(listRules(socket, { ...chain, name: "x" }), []);

  const second = listRules(socket, chain)[1];
  assert.ok(second !== undefined);
  transact(socket, [deleteRule(chain, second.handle)]);
  assert.deepEqual(
    listRules(socket, chain).map(({ comment }) => comment),
    ["first", undefined],
  );
  transact(socket, [flushChain(chain)]);
  assert.deepEqual(listRules(socket, chain), []);
  transact(socket, [flushChain(chain)]);
});

test("elements carry data, verdicts and comments, for nft and for us", () => {
  transact(socket, [addTable(table), addChain(chain), addSet(addresses), addSet(ports), addSet(verdicts)]);
  const port = {
    key: [u8(6), be16(31080)],
    data: [Buffer.from([10, 1, 0, 2]), be16(8080)],
    comment: "blue c1 eth0",
  };
  const jump = { key: [Buffer.from([10, 1, 0, 2])], data: { kind: "jump", chain: "c" } as const, comment: "b" };
  const plain = { key: [Buffer.from([10, 1, 0, 3])], data: undefined, comment: undefined };
  transact(socket, [
    ...addElements(ports, [port]),
    ...addElements(verdicts, [jump]),
    ...addElements(addresses, [plain, { key: [Buffer.from([10, 1, 0, 4])], comment: "x".repeat(MAX_COMMENT_BYTES) }]),
  ]);
  assert.match(
    nft("list", "map", "ip", "t", "ports"),
    /elements = \{ tcp \. 31080 comment "blue c1 eth0" : 10\.1\.0\.2 \. 8080 \}/,
  );
  assert.match(nft("list", "map", "ip", "t", "verdicts"), /elements = \{ 10\.1\.0\.2 comment "b" : jump c \}/);
  assert.match(nft("list", "set", "ip", "t", "addresses"), /10\.1\.0\.3,/);

  const marks: NftSet = { family: "ip", table: "t", name: "marks", key: ["ifname"], data: ["mark"] };
  const indices: NftSet = { family: "ip", table: "t", name: "marked", key: ["mark"] };
  transact(socket, [
    addSet(marks),
    addSet(indices),
    ...addElements(marks, [{ key: [interfaceName("br0")], data: [u32(0x1000)] }]),
    ...addElements(indices, [{ key: [u32(7)] }]),
  ]);
  assert.match(nft("list", "map", "ip", "t", "marks"), /elements = \{ "br0" : 0x00001000 \}/);
  assert.match(nft("list", "set", "ip", "t", "marked"), /elements = \{ 0x00000007 \}/);

  assert.deepEqual(listElements(socket, ports), [port]);
  assert.deepEqual(findElement(socket, ports, port.key), port);
  assert.deepEqual(findElement(socket, verdicts, jump.key), jump);
  assert.deepEqual(findElement(socket, addresses, plain.key), plain);
  assert.equal(findElement(socket, addresses, [Buffer.from([10, 9, 9, 9])]), undefined);
  assert.equal(findElement(socket, { ...addresses, name: "x" }, plain.key), undefined);
  assert.deepEqual(listElements(socket, { ...addresses, name: "x" }), []);

  transact(socket, [...deleteElements(ports, [port.key]), ...deleteElements(addresses, [plain.key])]);
  assert.deepEqual(listElements(socket, ports), []);
  assert.deepEqual(
    listElements(socket, addresses).map(({ comment }) => comment),
    ["x".repeat(MAX_COMMENT_BYTES)],
  );
});

test("thousands of elements go in, are listed, and go out", () => {
  transact(socket, [addTable(table), addSet(ports)]);
  const elements = Array.from({ length: 5000 }, (_, i) => ({
    key: [u8(6), be16(1024 + i)],
    data: [Buffer.from([10, 1, i >> 8, i & 0xff]), be16(80)],
    comment: `net container-${i} eth0`,
  }));
  const requests = addElements(ports, elements);
  assert.ok(requests.length > 5 && requests.length < 20, `${requests.length} messages`);
  transact(socket, requests);
  const inOrder = listElements(socket, ports).toSorted((a, b) => Buffer.compare(port(a), port(b)));
  assert.deepEqual(inOrder, elements);
  assert.deepEqual(listElements(socket, ports, { comment: "net container-7 eth0" }), [elements[7]]);
  assert.deepEqual(listElements(socket, ports, { comment: "net container-7" }), []);
  transact(
    socket,
    deleteElements(
      ports,
      elements.map(({ key }) => key),
    ),
  );
  assert.deepEqual(listElements(socket, ports), []);
});

const port = ({ key }: { readonly key: readonly Uint8Array[] }) => key[1] ?? Buffer.alloc(0);

test("a batch changes all or nothing, and the error says what failed", () => {
  const missing = { ...chain, name: "missing" };
  assert.throws(
    () => transact(socket, [addTable(table), addChain(chain), addRule(missing, []), addSet(ports)]),
    (error) =>
      error instanceof NetlinkError && error.errnoName === "ENOENT" && error.operation === "add rule ip t missing",
  );
  assert.ok(!hasTable(socket, table));

  transact(socket, [addTable(table), addSet(ports), addSet(addresses)]);
  const key = [u8(6), be16(80)];
  const data = [Buffer.from([10, 1, 0, 2]), be16(80)];
  const other = [Buffer.from([10, 1, 0, 3]), be16(80)];
  transact(socket, addElements(ports, [{ key, data, comment: "one" }]));
  transact(socket, addElements(ports, [{ key, data, comment: "two" }]));
  assert.equal(findElement(socket, ports, key)?.comment, "one");
  const refused = (elements: Parameters<typeof addElements>[1], exclusive: boolean) =>
    assert.throws(
      () => transact(socket, addElements(ports, elements, { exclusive })),
      (error) => error instanceof NetlinkError && error.errnoName === "EEXIST",
    );
  refused(
    [
      { key: [u8(17), be16(80)], data },
      { key, data: other },
    ],
    false,
  );
  refused(
    [
      { key: [u8(17), be16(80)], data },
      { key, data },
    ],
    true,
  );
  assert.equal(listElements(socket, ports).length, 1);
  transact(socket, [
    ...deleteElements(ports, [key]),
    ...addElements(ports, [{ key, data: other }], { exclusive: true }),
  ]);
  assert.deepEqual(findElement(socket, ports, key)?.data, other);

  assert.throws(
    () => transact(socket, deleteElements(addresses, [[Buffer.from([10, 0, 0, 1])]])),
    (error) => error instanceof NetlinkError && error.errnoName === "ENOENT",
  );
  assert.throws(
    () => transact(socket, [addChain(chain, { type: "nat", hook: "postrouting", priority: -300 })]),
    (error) => error instanceof NetlinkError && error.errno === EOPNOTSUPP,
  );
  transact(socket, []);
});

test("the generation tells whether anything changed", () => {
  const before = readGeneration(socket);
  transact(socket, [addTable(table)], { generation: before });
  assert.equal(readGeneration(socket), before + 1);

  nft("add", "table", "ip", "other");
  assert.throws(() => transact(socket, [addChain(chain)], { generation: before + 1 }), isStale);
  assert.ok(!hasChain(socket, chain));
  transact(socket, [addChain(chain)], { generation: readGeneration(socket) });
  assert.equal(readGeneration(socket), before + 3);
  assert.ok(!isStale(new Error("no")));
});

function nft(...args: string[]): string {
  return execFileSync("nft", args, { encoding: "utf8" });
}
