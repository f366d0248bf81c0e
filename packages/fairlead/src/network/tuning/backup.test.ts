import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatBackup, parseBackup, restore } from "./backup.ts";

const ALL = { mac: "ee:e1:43:01:74:f3", promisc: false, mtu: 1500, allmulti: false };

test("the text is that of the reference plugin, byte for byte", () => {
  // what version 1.1.1 wrote for mac, promisc, mtu and allmulti
  const text = '{\n "mac": "ee:e1:43:01:74:f3",\n "promisc": false,\n "mtu": 1500,\n "allmulti": false\n}';
  assert.equal(formatBackup(ALL), text);
  assert.deepEqual(parseBackup(text), ALL);
});

test("each value is put back by itself", () => {
  assert.deepEqual(
    restore(2, { ...ALL, txQLen: 1000 }).map(({ operation }) => operation),
    ["mtu", "mac", "promiscuous", "allMulticast", "txQueueLength"].map((what) => `change link 2 (${what})`),
  );
  assert.deepEqual(restore(2, {}), []);
});

test("whatever the file holds, what is read can be put back", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constant("0a:58:0a:00:00:01"), fc.constant("00:00:00:00:00:00:00:00"));
  const keys = fc.constantFrom("mac", "promisc", "mtu", "allmulti", "txQLen", "other");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.dictionary(keys, value).map((object) => JSON.stringify(object)),
      ),
      (text) => {
        restore(1, parseBackup(text));
      },
    ),
  );
});
