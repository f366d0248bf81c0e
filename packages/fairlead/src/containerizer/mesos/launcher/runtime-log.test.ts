import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { containerPaths } from "../paths.ts";
import { lastError, quoteLaunchFailure } from "./runtime-log.ts";

test("the last error counts; warnings and lines that were cut do not", () => {
  const log = `{"level":"error","msg":"first"}\n{"msg":"the cause","level":"error"}\n{"level":"warning","msg":"later"}\n{"level":"err`;
  assert.equal(lastError(log), "the cause");
  assert.equal(lastError('{"level":"info","msg":"x"}\nplain\nnull\n'), undefined);
});

test("without a word of the runtime, the commands before it are quoted, within bounds", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-log-"));
  t.after(() => rm(directory, { recursive: true }));
  const paths = {
    ...containerPaths(directory, parseContainerId("c")),
    launchLog: join(directory, "launch.log"),
    runtimeLog: join(directory, "runtime.log"),
  };
  assert.equal(await quoteLaunchFailure(paths), "conmon ended without a word");
  await writeFile(paths.launchLog, `umount: refused\n${"x".repeat(5000)}`);
  const quoted = await quoteLaunchFailure(paths);
  assert.match(quoted, /^umount: refused\n/);
  assert.equal(quoted.length, 1024);
  await writeFile(paths.runtimeLog, '{"level":"error","msg":"no such file"}\n');
  assert.equal(await quoteLaunchFailure(paths), "no such file");
});
