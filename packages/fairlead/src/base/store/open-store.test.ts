import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Logger, silentLogger } from "../log.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { createMemoryStore } from "./memory-store.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-store-"));
  path = join(directory, "agent.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = () => openStore(path, { log: silentLogger });
const bytes = (text: string) => Buffer.from(text);

async function contents(store: Store, bucket = "b"): Promise<[string, string][]> {
  return (await store.list(bucket)).map(({ key, value }) => [key, Buffer.from(value).toString()]);
}

describe("stores", () => {
  const makers: [string, () => Promise<Store>][] = [
    ["in a file", async () => (await open()).store],
    ["in memory", async () => createMemoryStore()],
  ];
  for (const [where, make] of makers) {
    it(`${where} order their keys by bytes and tell buckets apart`, async () => {
      const store = await make();
      const keys = ["z", "a", "ü", "\u{1f600}", "\uffee", ""];
      await store.apply(keys.map((key) => ({ bucket: "b", key, value: bytes(key) })));
      await store.apply([{ bucket: "c", key: "a", value: bytes("other") }]);
      assert.deepEqual(
        await contents(store),
        ["", "a", "z", "ü", "\uffee", "\u{1f600}"].map((key) => [key, key]),
      );
      assert.deepEqual(await contents(store, "c"), [["a", "other"]]);
      await store.close();
    });

    it(`${where} keep what a value was when it was given`, async () => {
      const store = await make();
      const value = bytes("before");
      const written = store.apply([{ bucket: "b", key: "k", value }]);
      value.write("after!");
      await written;
      assert.deepEqual(await contents(store), [["k", "before"]]);
      await store.close();
    });

    it(`${where} see in a list all that was asked for before`, async () => {
      const store = await make();
      const writes = Array.from({ length: 100 }, (_, i) =>
        store.apply([{ bucket: "b", key: "k", value: bytes(String(i)) }]),
      );
      assert.deepEqual(await contents(store), [["k", "99"]]);
      void store.apply([{ bucket: "b", key: "k", value: undefined }]);
      assert.deepEqual(await contents(store), []);
      await Promise.all(writes);
      await store.close();
    });

    it(`${where} refuse calls after their close, which waits for those before`, async () => {
      const store = await make();
      const written = store.apply([{ bucket: "b", key: "k", value: bytes("v") }]);
      await store.close();
      await written;
      await store.close();
      await assert.rejects(store.apply([]), { code: "STORE_FAILED" });
      await assert.rejects(store.list("b"), { code: "STORE_FAILED" });
    });
  }
});

describe("openStore", () => {
  it("finds what was written before", async () => {
    const first = await open();
    await first.store.apply([{ bucket: "b", key: "k", value: bytes("v") }]);
    await first.store.close();
    const second = await open();
    assert.equal(second.damaged, undefined);
    assert.deepEqual(await contents(second.store), [["k", "v"]]);
    await second.store.close();
  });

  it("tells where it set a damaged database aside, and logs it", async () => {
    writeFileSync(path, "no database");
    const logged: object[] = [];
    const log: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) };
    const { store, damaged } = await openStore(path, { log, clock: new VirtualClock() });
    assert.equal(damaged, `${path}.damaged-2026-01-01T00-00-00.000Z`);
    assert.deepEqual(logged, [{ path, damaged }]);
    assert.deepEqual(await contents(store), []);
    await store.close();
  });

  it("rejects when it cannot be opened", async () => {
    await assert.rejects(openStore(join(directory, "none", "agent.db"), { log: silentLogger }), {
      code: "STORE_FAILED",
    });
  });

  it("holds a bound on what waits for the disk", async () => {
    const { store } = await open();
    const value = Buffer.alloc(40 * 1024 * 1024);
    const first = store.apply([{ bucket: "b", key: "1", value }]);
    await assert.rejects(store.apply([{ bucket: "b", key: "2", value }]), {
      code: "STORE_FAILED",
      message: /does not keep up/,
    });
    await first;
    await store.apply([{ bucket: "b", key: "2", value }]);
    await store.close();
  });

  it("has all that it acknowledged after a kill -9 half way, and every batch whole or not at all", async () => {
    for (let round = 1; round <= 3; round++) {
      const child = fork(new URL("./store-writer.fixture.ts", import.meta.url), [path, String(round)], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        env: { ...process.env, NODE_TEST_CONTEXT: "" },
      });
      let acknowledged = 0;
      const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.on("message", (batch: number) => {
        acknowledged = batch;
        if (batch >= 20 * round) child.kill("SIGKILL");
      });
      await exit;
      assert.ok(acknowledged >= 20 * round, "the child wrote until it was killed");

      const { store, damaged } = await open();
      assert.equal(damaged, undefined);
      const stored = new Map(await contents(store, `round ${round}`));
      const batches = Math.max(...[...stored.keys()].map((key) => Number(key.split(" ")[0])));
      assert.ok(batches >= acknowledged, `${batches} batches are there, ${acknowledged} were acknowledged`);
      assert.equal(stored.size, batches * 3, "each batch has three entries");
      await store.close();
    }
    assert.deepEqual(readdirSync(directory), ["agent.db"]);
  });
});
