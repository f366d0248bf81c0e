import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import { FairleadError } from "../errors.ts";
import { openSqliteFile, SqliteFile } from "./sqlite-file.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-store-"));
  path = join(directory, "agent.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (key: string, text: string) => ({ bucket: "tasks", key, value: bytes(text) });

function contents(file: SqliteFile): [string, string][] {
  return file.list("tasks").map(({ key, value }) => [key, Buffer.from(value).toString()]);
}

/** A database with a few pages of entries, closed. */
function fill(): void {
  const file = new SqliteFile(path);
  file.apply([Array.from({ length: 50 }, (_, i) => put(`task ${i}`, "x".repeat(500)))]);
  file.close();
}

describe("SqliteFile", () => {
  it("keeps what was put and forgets what was removed, in the order of the calls", () => {
    const file = new SqliteFile(path);
    const errors = file.apply([
      [put("b", "1"), put("a", "1"), put("c", "1")],
      [put("a", "2"), { bucket: "tasks", key: "b", value: undefined }],
      [
        { bucket: "tasks", key: "unknown", value: undefined },
        { bucket: "other", key: "a", value: bytes("") },
      ],
    ]);
    assert.deepEqual(errors, [undefined, undefined, undefined]);
    file.close();
    const again = new SqliteFile(path);
    assert.deepEqual(contents(again), [
      ["a", "2"],
      ["c", "1"],
    ]);
    assert.deepEqual(
      again.list("other").map(({ value }) => value.length),
      [0],
    );
    assert.deepEqual(again.list("unknown"), []);
    again.close();
  });

  it("lets no call pay for another one that fails", () => {
    const file = new SqliteFile(path);
    // STRICT refuses a text where bytes belong
    const bad = { bucket: "tasks", key: "bad", value: "text" as unknown as Uint8Array };
    const errors = file.apply([[put("a", "1")], [put("b", "1"), bad], [put("c", "1")]]);
    assert.deepEqual(
      errors.map((error) => error?.code),
      [undefined, "STORE_FAILED", undefined],
    );
    assert.deepEqual(contents(file), [
      ["a", "1"],
      ["c", "1"],
    ]);
    file.close();
  });

  it("is readable for its owner alone, with all that lies beside it", () => {
    writeFileSync(path, "", { mode: 0o644 });
    const file = new SqliteFile(path);
    file.apply([[put("a", "1")]]);
    const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]);
    assert.deepEqual(modes, [
      ["agent.db", 0o600],
      ["agent.db-wal", 0o600],
    ]);
    file.close();
    assert.deepEqual(readdirSync(directory), ["agent.db"]);
  });

  it("is open once at a time", () => {
    const file = new SqliteFile(path);
    assert.throws(() => new SqliteFile(path), { code: "STORE_FAILED", message: /another process has it open/ });
    file.close();
    new SqliteFile(path).close();
  });

  it("refuses what a newer version wrote, and leaves it alone", () => {
    fill();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => openSqliteFile(path, "now"), { code: "SCHEMA_TOO_NEW", data: { path, version: 99, known: 1 } });
    assert.deepEqual(readdirSync(directory), ["agent.db"]);
  });

  it("says that it cannot be opened where there is no directory, or where it is one", () => {
    assert.throws(() => openSqliteFile(join(directory, "none", "agent.db"), "now"), { code: "STORE_FAILED" });
    assert.throws(() => openSqliteFile(directory, "now"), { code: "STORE_FAILED" });
  });
});

describe("openSqliteFile", () => {
  const damages: [string, () => void][] = [
    ["is no database", () => writeFileSync(path, "no database".repeat(1000))],
    ["is a short piece of text", () => writeFileSync(path, "no")],
    ["has lost its end", () => truncateSync(path, 8192)],
    ["has lost nearly everything", () => truncateSync(path, 50)],
    ["has a page of zeros", () => overwrite(8192, Buffer.alloc(4096))],
    ["has a page of noise", () => overwrite(4096, Buffer.alloc(4096, 0xa5))],
    ["has a torn header", () => overwrite(16, Buffer.alloc(32, 0xff))],
    [
      "belongs to another program",
      () => {
        rmSync(path);
        const database = new DatabaseSync(path);
        database.exec("CREATE TABLE x (y)");
        database.close();
      },
    ],
  ];
  for (const [how, damage] of damages) {
    it(`sets a database aside that ${how}, and makes a new one`, () => {
      fill();
      damage();
      const before = readFileSync(path);
      const { file, damaged } = openSqliteFile(path, "2026");
      assert.equal(damaged, `${path}.damaged-2026`);
      assert.deepEqual(readFileSync(damaged), before);
      assert.deepEqual(file.list("tasks"), []);
      assert.deepEqual(file.apply([[put("a", "1")]]), [undefined]);
      file.close();
      const again = openSqliteFile(path, "2027");
      assert.equal(again.damaged, undefined);
      assert.deepEqual(contents(again.file), [["a", "1"]]);
      again.file.close();
    });
  }

  it("does not take the log of the old database for that of the new one", () => {
    fill();
    const old = new SqliteFile(path);
    old.apply([[put("task 0", "y".repeat(500))]]);
    // what a kill -9 would leave: entries in the log that are not yet in the database
    const log = readFileSync(`${path}-wal`);
    old.close();
    writeFileSync(path, "no database");
    writeFileSync(`${path}-wal`, log);
    const { file, damaged } = openSqliteFile(path, "2026");
    assert.equal(damaged, `${path}.damaged-2026`);
    assert.deepEqual(contents(file), []);
    file.close();
    assert.equal(openSqliteFile(path, "2027").damaged, undefined);
  });

  it("opens whatever bytes it finds, or sets them aside", () => {
    fill();
    const whole = readFileSync(path);
    const damage = fc.record({ at: fc.nat(whole.length - 1), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 5 }), fc.nat(whole.length), (damages, lost) => {
        const broken = Buffer.from(whole);
        for (const { at, bytes } of damages) broken.set(bytes.subarray(0, broken.length - at), at);
        for (const name of readdirSync(directory)) rmSync(join(directory, name));
        writeFileSync(path, lost % 3 === 0 ? broken.subarray(0, lost) : broken);
        try {
          const { file } = openSqliteFile(path, "2026");
          file.list("tasks");
          assert.deepEqual(file.apply([[put("new", "1")]]), [undefined]);
          file.close();
        } catch (error) {
          // noise in the header may look like a version
          assert.ok(FairleadError.is(error, "SCHEMA_TOO_NEW"), String(error));
        }
      }),
      { numRuns: 60 },
    );
  });
});

function overwrite(at: number, noise: Buffer): void {
  const content = readFileSync(path);
  content.set(noise, at);
  writeFileSync(path, content);
}
