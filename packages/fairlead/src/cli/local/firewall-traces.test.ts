import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandResult, RunCommand } from "../../base/run-command.ts";
import { portmapRemoval, readTraces, removeTraces } from "./firewall-traces.ts";

const BASE = "*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";
const PORTMAP = `${BASE}:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A PREROUTING -j DOCKER
-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
`;

test("the chains of portmap go with the jumps to them, and nothing else does", () => {
  assert.equal(
    portmapRemoval(`${PORTMAP}COMMIT\n`),
    `*nat
-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-D POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-F CNI-HOSTPORT-MASQ
-X CNI-HOSTPORT-DNAT
-X CNI-HOSTPORT-MASQ
COMMIT
`,
  );
});

test("they stay while a port is mapped, and are not looked for where they are not", () => {
  assert.equal(portmapRemoval(`${PORTMAP}-A CNI-HOSTPORT-DNAT -j CNI-DN-1\nCOMMIT\n`), undefined);
  assert.equal(portmapRemoval(`${PORTMAP}:CNI-DN-1 - [0:0]\nCOMMIT\n`), undefined);
  assert.equal(portmapRemoval(`${BASE}COMMIT\n`), undefined);
  assert.equal(portmapRemoval(""), undefined);
});

/** A firewall with one nat table, of IPv4. */
function firewall(save: string, table: object[]): { run: RunCommand; commands: string[] } {
  const commands: string[] = [];
  const run = async (argv: readonly string[], options?: { stdin?: unknown }) => {
    const command = argv.join(" ");
    const answers: Record<string, string> = {
      "nft list tables": "table ip nat\ntable ip filter\n",
      "nft -j list table ip nat": JSON.stringify({ nftables: table }),
      "iptables-save -t nat": save,
      "ip6tables-save -t nat": BASE,
    };
    if (answers[command] === undefined) commands.push(options?.stdin === undefined ? command : `${command}: script`);
    return { code: 0, stdout: answers[command] ?? "", stderr: "" } as CommandResult;
  };
  return { run: run as RunCommand, commands };
}

test("what was there before is left", async () => {
  const { run, commands } = firewall(PORTMAP, []);
  const before = await readTraces(run);
  assert.deepEqual(before, ["ip nat", "ip portmap"]);
  await removeTraces(before, run);
  assert.deepEqual(commands, []);
});

test("what has come is removed, the table only when it is empty", async () => {
  const empty = firewall(PORTMAP, [{ table: {} }, { chain: {} }]);
  await removeTraces([], empty.run);
  assert.deepEqual(empty.commands, ["iptables-restore -w 10 --noflush: script", "nft delete table ip nat"]);
  const used = firewall(BASE, [{ table: {} }, { rule: {} }]);
  await removeTraces([], used.run);
  assert.deepEqual(used.commands, []);
});

test("a machine without the programs has no traces", async () => {
  const missing: RunCommand = async () => {
    throw new Error("ENOENT");
  };
  assert.deepEqual(await readTraces(missing), []);
  await removeTraces([], missing);
});
