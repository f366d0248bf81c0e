import assert from "node:assert/strict";
import { test } from "node:test";
import { missingLines } from "./accept-rule.ts";

const table = (...lines: readonly string[]) => ({
  chains: new Set(lines.flatMap((line) => /^:(\S+)/.exec(line)?.[1] ?? [])),
  rules: lines.filter((line) => line.startsWith("-A")),
});
const TO_FORWARD = '-A FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD';
const TO_ADMIN = '-A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN';
const ACCEPT =
  '-A CNI-FORWARD -m mark --mark 0x1000/0x1000 -m comment --comment "CNI firewall plugin rules (accepted by fairlead)" -j ACCEPT';

test("where nothing is, all is made: chains, ways to them at the front, the rule at the end", () => {
  assert.deepEqual(missingLines(table(), "CNI-ADMIN"), [
    ":CNI-FORWARD - [0:0]",
    ":CNI-ADMIN - [0:0]",
    TO_FORWARD.replace("-A", "-I"),
    TO_ADMIN.replace("-A", "-I"),
    ACCEPT,
  ]);
});

test("on rules of the reference only ours is put, and nothing where all is there", () => {
  const reference = [":CNI-FORWARD", ":CNI-ADMIN", TO_FORWARD, TO_ADMIN, "-A CNI-FORWARD -s 10.1.0.2/32 -j ACCEPT"];
  assert.deepEqual(missingLines(table(...reference), "CNI-ADMIN"), [ACCEPT]);
  assert.deepEqual(missingLines(table(...reference, ACCEPT), "CNI-ADMIN"), []);
});

test("another chain of the administrator is asked, too", () => {
  const there = table(":CNI-FORWARD", ":CNI-ADMIN", TO_FORWARD, TO_ADMIN, ACCEPT);
  assert.deepEqual(missingLines(there, "OWN"), [
    ":OWN - [0:0]",
    TO_ADMIN.replace("-A", "-I").replace("CNI-ADMIN", "OWN"),
  ]);
});
