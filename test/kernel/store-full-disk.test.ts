import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { silentLogger } from "fairlead/base/log.ts";
import { openStore } from "fairlead/base/store/open-store.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

let disk: string;
before(() => {
  disk = mkdtempSync(join(tmpdir(), "fairlead-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
});
after(() => {
  execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true });
});

const write = (key: string, sizeBytes: number) => ({ bucket: "b", key, value: Buffer.alloc(sizeBytes, key) });

test("a full disk fails a whole batch, keeps what was acknowledged, and is over when there is room again", async () => {
  const path = join(disk, "agent.db");
  const { store } = await openStore(path, { log: silentLogger });
  await store.apply([write("kept", 100)]);

  // no room at all: not even for one page
  const ballast = join(disk, "ballast");
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(4_000_000)), { code: "ENOSPC" });
  const results = await Promise.allSettled([1, 2, 3].map((n) => store.apply([write(`${n}`, 10_000)])));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  assert.deepEqual(await keys(store), ["kept"]);

  rmSync(ballast);
  await store.apply([write("after", 100)]);
  assert.deepEqual(await keys(store), ["after", "kept"]);

  const tooMuch = store.apply([write("first", 1000), write("large", 4_000_000)]);
  await assert.rejects(tooMuch, { code: "STORE_FAILED", message: /full/ });
  assert.deepEqual(await keys(store), ["after", "kept"]);
  await store.close();

  const again = await openStore(path, { log: silentLogger });
  assert.equal(again.damaged, undefined);
  assert.deepEqual(await keys(again.store), ["after", "kept"]);
  await again.store.close();
});

test("a database that is there opens on a full disk, a new one does not", async () => {
  const ballast = join(disk, "ballast");
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(4_000_000)), { code: "ENOSPC" });
  const { store } = await openStore(join(disk, "agent.db"), { log: silentLogger });
  assert.deepEqual(await keys(store), ["after", "kept"]);
  await store.close();
  await assert.rejects(openStore(join(disk, "new.db"), { log: silentLogger }), { code: "STORE_FAILED" });
  rmSync(ballast);
});

async function keys(store: Awaited<ReturnType<typeof openStore>>["store"]): Promise<string[]> {
  return (await store.list("b")).map(({ key }) => key);
}
