import assert from "node:assert/strict";
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { errorText, FairleadError } from "../errors.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./limits.ts";
import type { StoreWrite } from "./store.ts";

/** Only for root and the agent's own user: updates may carry the secrets of tasks. */
const FILE_MODE = 0o600;

/** Source: https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** What lies beside a database: they belong together, also when it is set aside. */
const COMPANIONS = ["", "-wal", "-shm", "-journal"];

/**
 * Opens the database at `path`, or makes it. One that is damaged is renamed to `<path>.damaged-<stamp>`, with what belongs to it, and a new
 * one takes its place: `damaged` tells the name.
 *
 * Errors: SCHEMA_TOO_NEW, STORE_FAILED.
 */
export function openSqliteFile(path: string, stamp: string): { file: SqliteFile; damaged?: string } {
  try {
    return { file: new SqliteFile(path) };
  } catch (error) {
    if (!FairleadError.is(error, "STORE_DAMAGED")) throw error;
    const damaged = `${path}.damaged-${stamp}`;
    setAside(path, damaged);
    return { file: new SqliteFile(path), damaged };
  }
}

/** A key-value table in an SQLite database that this process alone has open. Synchronous: for a worker thread. */
export class SqliteFile {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #list: StatementSync;

  /** Errors: SCHEMA_TOO_NEW, STORE_DAMAGED (not a database, or not a whole one), STORE_FAILED. */
  constructor(path: string) {
    this.#path = path;
    try {
      createFile(path);
      this.#database = new DatabaseSync(path);
    } catch (error) {
      throw storeFailed(path, "open", error);
    }
    try {
      prepareDatabase(this.#database, path);
      this.#put = this.#database.prepare(
        "INSERT INTO entries (bucket, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      );
      this.#remove = this.#database.prepare("DELETE FROM entries WHERE bucket = ? AND key = ?");
      this.#list = this.#database.prepare("SELECT key, value FROM entries WHERE bucket = ? ORDER BY key");
    } catch (error) {
      this.#database.close();
      if (FairleadError.is(error)) throw error;
      if (isDamage(error)) throw new FairleadError("STORE_DAMAGED", `${path}: ${errorText(error)}`, { cause: error });
      throw storeFailed(path, "open", error);
    }
  }

  /**
   * Applies calls, all in one transaction. If that fails each is tried in its own, so that none pays for another one. Returns the error of
   * each, undefined where it is on disk; of a call that failed nothing is.
   */
  apply(calls: readonly (readonly StoreWrite[])[]): (FairleadError | undefined)[] {
    const together = this.#transaction(calls.flat());
    if (together === undefined || calls.length === 1) return calls.map(() => together);
    return calls.map((writes) => this.#transaction(writes));
  }

  /** Ordered by the bytes of the keys. Errors: STORE_FAILED. */
  list(bucket: string): { key: string; value: Uint8Array }[] {
    try {
      // the table's columns, whose types STRICT guarantees
      return this.#list.all(bucket) as { key: string; value: Uint8Array }[];
    } catch (error) {
      throw storeFailed(this.#path, "read", error);
    }
  }

  close(): void {
    this.#database.close();
  }

  #transaction(writes: readonly StoreWrite[]): FairleadError | undefined {
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const { bucket, key, value } of writes) {
        if (value === undefined) this.#remove.run(bucket, key);
        else this.#put.run(bucket, key, value);
      }
      this.#database.exec("COMMIT");
      return undefined;
    } catch (error) {
      this.#rollBack();
      return storeFailed(this.#path, "write", error);
    }
  }

  #rollBack(): void {
    // SQLite rolls back by itself on some errors, such as a full disk
    if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
  }
}

function prepareDatabase(database: DatabaseSync, path: string): void {
  // nobody else may have it open; and so there is no shared-memory file
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  const applicationId = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  const isNew = applicationId === 0 && version === 0 && pragma(database, "schema_version") === 0;
  if (!isNew && applicationId !== APPLICATION_ID) {
    throw new FairleadError("STORE_DAMAGED", `${path} is a database of another program`);
  }
  if (typeof version !== "number" || version > SCHEMA_VERSION) {
    throw new FairleadError(
      "SCHEMA_TOO_NEW",
      `${path} has schema version ${version}, this version of Fairlead knows ${SCHEMA_VERSION}`,
      { data: { path, version, known: SCHEMA_VERSION } },
    );
  }
  const problem = pragma(database, "integrity_check(1)");
  if (problem !== "ok") throw new FairleadError("STORE_DAMAGED", `${path}: ${problem}`);

  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  assert.equal(pragma(database, "journal_mode"), "wal");
  assert.equal(pragma(database, "synchronous"), 2, "synchronous is FULL");
  if (isNew) {
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE entries (
        bucket TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (bucket, key)
      ) STRICT, WITHOUT ROWID;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${SCHEMA_VERSION};
      COMMIT`);
    syncDirectory(dirname(path));
  }
}

function pragma(database: DatabaseSync, text: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {})[0];
}

/**
 * SQLite would make it readable for everybody; what it makes beside it gets the same mode. A file that is there is not opened: closing it again
 * would drop the locks that this process may hold on it (fcntl(2), record locks).
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, "wx", FILE_MODE));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  chmodSync(path, FILE_MODE);
}

function setAside(path: string, target: string): void {
  try {
    for (const suffix of COMPANIONS) {
      if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
    }
    syncDirectory(dirname(path));
  } catch (error) {
    throw storeFailed(path, "set aside", error);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** SQLite's primary result code of an error that node:sqlite threw. */
function resultCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

function storeFailed(path: string, verb: string, cause: unknown): FairleadError {
  const reason = resultCode(cause) === SQLITE_BUSY ? "another process has it open" : errorText(cause);
  return new FairleadError("STORE_FAILED", `cannot ${verb} ${path}: ${reason}`, { data: { path }, cause });
}
