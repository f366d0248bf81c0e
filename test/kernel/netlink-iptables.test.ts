import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { readLegacyTable } from "@fairlead/netlink";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const run = (file: string, ...argv: readonly string[]) => execFileSync(file, argv, { encoding: "utf8" });

for (const [family, command, address, bytes] of [
  [4, "iptables-legacy", "10.61.0.2", Buffer.from([10, 61, 0, 2])],
  [6, "ip6tables-legacy", "fd00:61::2", Buffer.from("fd000061000000000000000000000002", "hex")],
] as const) {
  test(`names, comments and addresses of the older tables are found: IPv${family}`, () => {
    const found = (table: string) => {
      const entries = readLegacyTable(family, table);
      return ["OWN-CHAIN\0", "a comment\0", bytes].map((text) => entries.includes(text));
    };
    run(command, "-nL");
    assert.deepEqual(found("filter"), [false, false, false]);
    run(command, "-N", "OWN-CHAIN");
    assert.deepEqual(found("filter"), [true, false, false]);
    run(command, "-A", "OWN-CHAIN", "-s", address, "-m", "comment", "--comment", "a comment", "-j", "ACCEPT");
    assert.deepEqual(found("filter"), [true, true, true]);
    run(command, "-t", "nat", "-nL");
    assert.deepEqual(found("nat"), [false, false, false]);
  });
}

test("a table that cannot be is an error", () => {
  assert.throws(() => readLegacyTable(4, "nothing"), { code: "NETLINK_SYSTEM_CALL" });
  assert.throws(() => readLegacyTable(4, "n".repeat(32)), { code: "NETLINK_ARGUMENT_INVALID" });
});
