import assert from "node:assert/strict";
import { test } from "node:test";
import type { MountEntry } from "./mount-table.ts";
import { isBoundOntoItself, planRootMount } from "./root-mount.ts";

const DIR = "/run/fairlead/cni";

function mount(target: string, peerGroup?: string, root = "/", device = "0:1"): MountEntry {
  return { target, root, device, ...(peerGroup === undefined ? {} : { peerGroup }) };
}

for (const [what, table, plan] of [
  ["a private mount around it", [mount("/")], { bind: true, share: true }],
  ["a shared mount around it, alone in its group", [mount("/"), mount("/run", "7")], { bind: false, share: false }],
  [
    "a shared mount around it, with a parent in its group",
    [mount("/", "1"), mount("/run", "1")],
    { bind: true, share: true },
  ],
  ["bound, not yet made private (a crash)", [mount("/", "1"), mount(DIR, "1", DIR)], { bind: false, share: true }],
  ["bound and private (a crash)", [mount("/", "1"), mount(DIR, undefined, DIR)], { bind: false, share: true }],
  ["done", [mount("/", "1"), mount(DIR, "2", DIR)], { bind: false, share: false }],
  [
    "done, with pins below",
    [mount("/"), mount(DIR, "2", DIR), mount(`${DIR}/c1/ns`, "3")],
    { bind: false, share: false },
  ],
  ["a neighbour with a longer name", [mount("/"), mount(`${DIR}2`, "2")], { bind: true, share: true }],
  [
    "a later mount that covers an earlier one",
    [mount("/"), mount("/run", "7"), mount("/run")],
    { bind: true, share: true },
  ],
] satisfies [string, MountEntry[], ReturnType<typeof planRootMount>][]) {
  test(`the directory's mount: ${what}`, () => assert.deepEqual(planRootMount(DIR, table), plan));
}

test("only the bind of the directory onto itself is taken for ours", () => {
  const below = [mount("/", undefined, "/", "8:1"), mount("/run", undefined, "/", "0:5")];
  assert.equal(isBoundOntoItself(DIR, [...below, mount(DIR, "2", "/fairlead/cni", "0:5")]), true);
  assert.equal(isBoundOntoItself(DIR, below), false);
  assert.equal(isBoundOntoItself(DIR, [...below, mount(DIR, "2", "/", "0:9")]), false, "a tmpfs of the operator");
  assert.equal(isBoundOntoItself(DIR, [...below, mount(DIR, "2", "/elsewhere", "0:5")]), false, "another directory");
});
