import assert from "node:assert/strict";
import { test } from "node:test";
import { anyAddressMap, lanePart, oneAddressMap, toLane } from "./lane.ts";

test("without conditions there is one lane, and one for each group", () => {
  assert.equal(toLane("ip", []).name, "ports");
  assert.equal(toLane("ip", [], "MESOS").name, "ports_MESOS");
});

test("the same words are the same lane, others another", () => {
  const words = ["-s", "10.0.0.0/8"];
  const { name } = toLane("ip", words);
  assert.match(name, /^ports_[0-9a-f]{12}$/);
  assert.equal(toLane("ip", words).name, name);
  assert.notEqual(toLane("ip", ["!", ...words]).name, name);
  assert.match(toLane("ip", words, "MESOS").name, /^ports_MESOS_[0-9a-f]{12}$/);
});

test("the kernel keeps the words, unless they are too long", () => {
  const words = ["-s", "10.0.0.0/8"];
  assert.equal(anyAddressMap(toLane("ip", words)).comment, "-s 10.0.0.0/8");
  assert.equal(anyAddressMap(toLane("ip", [])).comment, undefined);
  const long = Array.from({ length: 20 }, () => ["!", ...words]).flat();
  assert.equal(anyAddressMap(toLane("ip", long)).comment, undefined);
});

test("a lane has two maps and two chains, after the rules of iptables", () => {
  const lane = toLane("ip6", []);
  const { name, sets, chains } = lanePart(lane);
  assert.equal(name, "ports ip6");
  assert.deepEqual(sets, [oneAddressMap(lane), anyAddressMap(lane)]);
  assert.deepEqual(
    chains.map(({ chain, hook, rules }) => [chain.name, hook?.hook, hook?.priority, rules.length]),
    [
      ["ports_prerouting", "prerouting", -99, 2],
      ["ports_output", "output", -99, 2],
    ],
  );
});

test("conditions that are not known make no lane", () => {
  assert.throws(() => toLane("ip", ["--sport", "1"]), { pluginCode: 7 });
  assert.throws(() => toLane("ip6", ["-s", "10.0.0.0/8"]), { pluginCode: 7 });
});
