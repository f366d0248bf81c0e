import assert from "node:assert/strict";
import { test } from "node:test";
import type { MountEntry } from "../../../../../base/files/mount-table.ts";
import { isBoundOntoItself, planRootMount } from "./root-mount.ts";

const DIR = "/run/fairlead/cni";

let lastId = 0;

function mount(target: string, peerGroup?: number, root = "/", device = "0:1"): MountEntry {
  const group = peerGroup === undefined ? {} : { peerGroup };
  return { id: ++lastId, target, root, device, type: "ext4", source: "none", superOptions: ["rw"], ...group };
}

// the directory lies on the last one
for (const [what, table, plan] of [
  ["a private mount around it", [mount("/")], { bind: true, share: true }],
  ["a shared mount around it, alone in its group", [mount("/"), mount("/run", 7)], { bind: false, share: false }],
  ["a shared mount, with one above it in its group", [mount("/", 1), mount("/run", 1)], { bind: true, share: true }],
  ["a shared mount, with a hidden one in its group", [mount("/run", 1), mount("/run", 1)], { bind: true, share: true }],
  ["bound, not yet made private (a crash)", [mount("/", 1), mount(DIR, 1, DIR)], { bind: false, share: true }],
  ["bound and private (a crash)", [mount("/", 1), mount(DIR, undefined, DIR)], { bind: false, share: true }],
  ["done", [mount("/", 1), mount(DIR, 2, DIR)], { bind: false, share: false }],
  ["done, with a pin below", [mount(`${DIR}/c1/ns`, 2), mount(DIR, 2, DIR)], { bind: false, share: false }],
  [
    "others in its group elsewhere",
    [mount(`${DIR}2`, 2), mount("/mnt", 2), mount(DIR, 2)],
    { bind: false, share: false },
  ],
] satisfies [string, MountEntry[], ReturnType<typeof planRootMount>][]) {
  test(`the directory's mount: ${what}`, () => {
    const around = table.at(-1) ?? assert.fail();
    assert.deepEqual(planRootMount(DIR, around, table), plan);
  });
}

test("only the bind of the directory onto itself is taken for ours", () => {
  const run = mount("/run", undefined, "/", "0:5");
  assert.equal(isBoundOntoItself(DIR, mount(DIR, 2, "/fairlead/cni", "0:5"), run), true);
  assert.equal(isBoundOntoItself(DIR, run, run), false, "nothing mounted there");
  assert.equal(isBoundOntoItself(DIR, mount(DIR, 2, "/", "0:9"), run), false, "a tmpfs of the operator");
  assert.equal(isBoundOntoItself(DIR, mount(DIR, 2, "/elsewhere", "0:5"), run), false, "another directory");
  const bound = mount("/run", undefined, "/var/run", "8:1");
  assert.equal(isBoundOntoItself(DIR, mount(DIR, 2, "/var/run/fairlead/cni", "8:1"), bound), true);
});
