import assert from "node:assert/strict";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "@fairlead/cni";
import { recordingLogger } from "./log.fixture.ts";
import { NetworkCatalog } from "./network-catalog.ts";
import { temporaryDirectory } from "./temporary-directory.fixture.ts";

async function catalogOf(t: TestContext) {
  const directory = await temporaryDirectory(t);
  const log = recordingLogger();
  const put = (file: string, config: JsonObject | string) =>
    writeFile(join(directory, file), typeof config === "string" ? config : JSON.stringify(config));
  return { directory, log, put, catalog: new NetworkCatalog(directory, log) };
}

const UNKNOWN = { code: "NETWORK_UNKNOWN", message: "Unknown CNI network 'blue'" };

test("every kind of file is taken, bad ones are logged and skipped", async (t) => {
  const { directory, log, put, catalog } = await catalogOf(t);
  await put("a.conf", { name: "a", type: "bridge" });
  await put("b.json", { name: "b", type: "bridge" });
  await put("c.conflist", { name: "c", cniVersion: "1.0.0", plugins: [{ type: "bridge" }, { type: "portmap" }] });
  await put("plain", { name: "d", type: "bridge" });
  await put("e.conf", "{ not json");
  await put("f.conf", { name: "a", type: "ptp" });
  await put("g.conf", { name: "no type" });
  await mkdir(join(directory, "h"));
  const names = (await catalog.scan()).map(({ name }) => name);
  assert.deepEqual(names, ["a", "b", "c", "d"]);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, "path" in fields && fields.path]),
    ["e.conf", "f.conf", "g.conf"].map((file) => ["error", join(directory, file)]),
  );
});

test("a file that stays bad is logged once, until something about it changes", async (t) => {
  const { log, put, catalog } = await catalogOf(t);
  await put("a.conf", "{");
  await catalog.scan();
  await catalog.scan();
  assert.equal(log.lines.length, 1);
  await put("a.conf", "{}");
  await catalog.scan();
  assert.equal(log.lines.length, 2);
});

test("networks come, change and go without a restart", async (t) => {
  const { directory, put, catalog } = await catalogOf(t);
  await assert.rejects(catalog.find("blue"), UNKNOWN);
  await put("x.conf", { name: "blue", type: "bridge" });
  assert.equal((await catalog.find("blue")).plugins[0]?.type, "bridge");
  await put("x.conf", { name: "blue", type: "ptp" });
  assert.equal((await catalog.find("blue")).plugins[0]?.type, "ptp");
  await rename(join(directory, "x.conf"), join(directory, "y"));
  assert.equal((await catalog.find("blue")).path, join(directory, "y"));
  await put("y", { name: "red", type: "ptp" });
  await assert.rejects(catalog.find("blue"), UNKNOWN);
  assert.equal((await catalog.find("red")).name, "red");
  await put("y", "{");
  await assert.rejects(catalog.find("red"), { code: "NETWORK_UNKNOWN" });
});

test("the first of two files for one network counts, the other when it is gone", async (t) => {
  const { directory, put, catalog } = await catalogOf(t);
  await put("1.conf", { name: "blue", type: "bridge" });
  await put("2.conf", { name: "blue", type: "ptp" });
  assert.equal((await catalog.find("blue")).plugins[0]?.type, "bridge");
  await rm(join(directory, "1.conf"));
  assert.equal((await catalog.find("blue")).plugins[0]?.type, "ptp");
});

test("a directory that is gone makes its networks unknown, and says why", async (t) => {
  const { directory, put, catalog } = await catalogOf(t);
  await put("x.conf", { name: "blue", type: "bridge" });
  await catalog.scan();
  await rm(directory, { recursive: true });
  await assert.rejects(catalog.find("blue"), {
    code: "NETWORK_UNKNOWN",
    message: /^Unknown CNI network 'blue': cannot read/,
  });
});
