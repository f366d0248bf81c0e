import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PluginExec } from "@fairlead/cni";
import { run } from "./cni-host.ts";
import { inHostLikeNamespaces } from "./host-like.ts";
import { ipamArms, makeDirectory, NETWORK, outcomeOf, simpleCall, storeFiles, tryAdd } from "./ipam-arms.ts";

inHostLikeNamespaces(import.meta.filename);

test("reference processes and two built-ins at the same time on one directory: no address is given out twice", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const { builtIn: anotherAgent } = ipamArms(t);
  const dataDir = makeDirectory(t);
  const ipam = { subnet: "10.1.0.0/25" };
  // 124 addresses for 120 containers, each of which comes and goes a few times; DEL crosswise
  const live = new Map<string, string>();
  const container = async (id: string, exec: PluginExec, other: PluginExec) => {
    for (let turn = 0; turn < 3; turn++) {
      const address = await tryAdd(exec, dataDir, id, ipam);
      assert.ok(address !== undefined, "there are enough");
      assert.equal(live.get(address), undefined, `${address} is of two`);
      live.set(address, id);
      if (turn === 2) return;
      live.delete(address);
      assert.deepEqual(await outcomeOf(other, simpleCall("DEL", dataDir, id, ipam)), { result: undefined });
    }
  };
  const lanes = Array.from({ length: 6 }, async (_, lane) => {
    for (let i = 0; i < 20; i++) {
      const [exec = reference, other = builtIn] =
        [
          [reference, builtIn],
          [builtIn, anotherAgent],
          [anotherAgent, reference],
        ][lane % 3] ?? [];
      await container(`c${lane}-${i}`, exec, other);
    }
  });
  await Promise.all(lanes);
  const leases = Object.entries(storeFiles(dataDir, NETWORK)).filter(([name]) => /^[0-9.]+$/.test(name));
  assert.deepEqual(
    leases.toSorted(),
    [...live].map(([address, id]) => [address.replace("/25", ""), `${id}\r\neth0`]).toSorted(),
  );
});

test("a process that holds the lock is waited for", async (t) => {
  const { builtIn } = ipamArms(t);
  const dataDir = makeDirectory(t);
  const ipam = { subnet: "10.1.0.0/29" };
  assert.equal(await tryAdd(builtIn, dataDir, "a", ipam), "10.1.0.2/29");
  // as long as its stdin is open
  const holder = spawn("flock", [join(dataDir, NETWORK, "lock"), "sh", "-c", "echo held; read -r _"]);
  t.after(() => holder.kill());
  await once(holder.stdout, "data");
  const waiting = tryAdd(builtIn, dataDir, "b", ipam);
  const first = await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve, "still waiting"))]);
  assert.equal(first, "still waiting");
  holder.stdin.end("\n");
  assert.equal(await waiting, "10.1.0.3/29");
});

test("killed at any moment, the built-in leaves what the next one can go on with", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const seed = Date.now() & 0xffff;
  t.diagnostic(`seed ${seed}`);
  const dataDir = makeDirectory(t);
  const ipam = { subnet: "10.1.0.0/28" };
  const all = Array.from({ length: 13 }, (_, i) => `10.1.0.${i + 2}`);
  for (let round = 0; round < 12; round++) {
    await kill(startCrashChild(dataDir), (seed * (round + 1)) % 7);
    const leases = Object.entries(storeFiles(dataDir, NETWORK)).filter(([name]) => /^[0-9.]+$/.test(name));
    for (const [, text] of leases) assert.match(text, /^(?:k[0-3]\r\neth0)?$/, "whole, or empty");
    const ids = new Set(leases.map(([, text]) => text));
    assert.equal(ids.size, leases.length, "nobody has two");
    // every address but those of the dead can be had, each once
    const owned = leases.filter(([, text]) => text !== "").map(([name]) => name);
    const taken: string[] = [];
    for (let i = 0; i < all.length - owned.length; i++) {
      const address = await tryAdd(builtIn, dataDir, `c${i}`, ipam);
      assert.ok(address !== undefined);
      taken.push(address.replace("/28", ""));
    }
    assert.deepEqual([...taken, ...owned].toSorted(), all.toSorted());
    assert.equal(await tryAdd(builtIn, dataDir, "one-more", ipam), undefined);
    // what the dead had is given back as ever
    for (const id of ["k0", "k1", "k2", "k3", ...taken.map((_, i) => `c${i}`)]) {
      await outcomeOf(round % 2 === 0 ? builtIn : reference, simpleCall("DEL", dataDir, id, ipam));
    }
    assert.deepEqual(Object.keys(storeFiles(dataDir, NETWORK)), ["last_reserved_ip.0"]);
  }
});

function startCrashChild(dataDir: string): ChildProcess {
  const argv = [
    "--conditions=@fairlead/source",
    join(import.meta.dirname, "host-local-crash-child.ts"),
    dataDir,
    NETWORK,
  ];
  return spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
}

/** After it has begun, and some turns of the event loop more. */
async function kill(child: ChildProcess, turns: number): Promise<void> {
  const exit = once(child, "exit");
  assert.ok(child.stdout !== null);
  await once(child.stdout, "data");
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
  child.kill("SIGKILL");
  await exit;
}

test("what a process that died left of a lease is passed over, and taken when nothing else is free", async (t) => {
  const { reference, builtIn } = ipamArms(t);
  const dataDir = makeDirectory(t);
  const ipam = { subnet: "10.1.0.0/29", rangeEnd: "10.1.0.4" };
  mkdirSync(join(dataDir, NETWORK));
  writeFileSync(join(dataDir, NETWORK, "10.1.0.2"), "");
  assert.equal(await tryAdd(reference, dataDir, "a", ipam), "10.1.0.3/29");
  assert.equal(await tryAdd(builtIn, dataDir, "b", ipam), "10.1.0.4/29");
  assert.equal(await tryAdd(reference, dataDir, "c", ipam), undefined, "lost for the reference plugin");
  assert.equal(await tryAdd(builtIn, dataDir, "c", ipam), "10.1.0.2/29");
  assert.equal(await tryAdd(builtIn, dataDir, "d", ipam), undefined);
  for (const id of ["a", "b", "c"]) await outcomeOf(reference, simpleCall("DEL", dataDir, id, ipam));
  assert.deepEqual(Object.keys(storeFiles(dataDir, NETWORK)), ["last_reserved_ip.0"]);
});

test("a full disk fails an ADD, which leaves nothing, and works again when there is room", async (t) => {
  const { builtIn } = ipamArms(t);
  const dataDir = makeDirectory(t);
  // pages: one for a lease, one for the last address
  await run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", dataDir);
  try {
    const ipam = { subnet: "10.1.0.0/24" };
    assert.equal(await tryAdd(builtIn, dataDir, "a", ipam), "10.1.0.2/24");
    const files = storeFiles(dataDir, NETWORK);
    for (let i = 0; i < 2; i++) {
      assert.deepEqual(await outcomeOf(builtIn, simpleCall("ADD", dataDir, "b", ipam)), { failedWith: 999 });
      assert.deepEqual(storeFiles(dataDir, NETWORK), files);
    }
    await run("mount", "-o", "remount,size=12k", dataDir);
    // a lease finds room, the last address of the second set does not
    const two = { ranges: [[ipam], [{ subnet: "10.2.0.0/24" }]] };
    assert.deepEqual(await outcomeOf(builtIn, simpleCall("ADD", dataDir, "b", two)), { failedWith: 999 });
    const leases = Object.keys(storeFiles(dataDir, NETWORK)).filter((name) => name.startsWith("10."));
    assert.deepEqual(leases, ["10.1.0.2"]);
    assert.equal(await tryAdd(builtIn, dataDir, "b", ipam), "10.1.0.4/24");
  } finally {
    await run("umount", dataDir);
  }
});
