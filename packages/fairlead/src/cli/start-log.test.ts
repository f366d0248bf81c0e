import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLogger } from "../base/log.ts";
import { startLog } from "./start-log.ts";

test("lines of the wanted severity go to the file of the process", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "fairlead-log-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const log = startLog("master", { logging_level: "WARNING", log_dir: join(directory, "logs"), quiet: true });
  log.info({}, "not wanted");
  log.with({ part: "x" }).warn({ port: 1 }, "wanted");
  log.error({}, "wanted as well");
  const lines = readFileSync(join(directory, "logs", "fairlead-master.log"), "utf8")
    .trimEnd()
    .split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)).map(({ name, part, port, msg }) => ({ name, part, port, msg })),
    [
      { name: "master", part: "x", port: 1, msg: "wanted" },
      { name: "master", part: undefined, port: undefined, msg: "wanted as well" },
    ],
  );
});

test("a quiet process without a directory says nothing", () => {
  assert.equal(startLog("agent", { logging_level: "INFO", quiet: true }), silentLogger);
});
