import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { CniError } from "../errors.ts";
import { isNetworkFileName } from "./config-files.ts";
import { loadNetworkConfigs, readNetworkConfig } from "./load-network-configs.ts";

async function directoryWith(t: TestContext, files: Record<string, unknown>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cni-conf-"));
  t.after(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(directory, name, ".."), { recursive: true });
    await writeFile(join(directory, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return directory;
}

test("file names that define networks", () => {
  for (const name of ["a.conf", "a.json", "a.conflist", "mockConfig", "10-blue", "a.b.conf"]) {
    assert.equal(isNetworkFileName(name), true, name);
  }
  for (const name of [".a.conf.swp", ".a.conf", "a.bak", "a.conf~", "net~", "a.conf.orig", "a.txt", ".hidden"]) {
    assert.equal(isNetworkFileName(name), false, name);
  }
});

test("a directory is loaded in the order of its file names", async (t) => {
  const directory = await directoryWith(t, {
    "20-b.conflist": { name: "b", cniVersion: "1.0.0", plugins: [{ type: "x" }] },
    "10-a.conf": { name: "a", type: "x" },
    mockConfig: { name: "c", type: "x" },
    "30-d.json": { name: "d", type: "x" },
    "00-skip.swp": "rubbish",
    "05-skip.bak": { name: "a", type: "other" },
  });
  const { networks, problems } = await loadNetworkConfigs(directory);
  assert.deepEqual(
    networks.map((network) => network.name),
    ["a", "b", "d", "c"],
  );
  assert.deepEqual(problems, []);
  assert.equal(networks[0]?.path, join(directory, "10-a.conf"));
});

test("bad files are problems with a code and never hide the others", async (t) => {
  const directory = await directoryWith(t, {
    "1.conf": "{",
    "2.conf": { name: "dup", type: "first" },
    "3.conf": { name: "dup", type: "second" },
    "4.conf": { name: "evil", type: "../../bin/sh" },
    "5.conf": { name: "future", type: "x", cniVersion: "9.0.0" },
    "9.conf": { name: "good", type: "x" },
  });
  await symlink(join(directory, "nowhere"), join(directory, "6.conf"));
  execFileSync("mkfifo", [join(directory, "7.conf")]);
  await writeFile(join(directory, "8.conf"), " ".repeat(1024 * 1024 + 1));
  const { networks, problems } = await loadNetworkConfigs(directory);
  assert.deepEqual(
    networks.map(({ name, plugins }) => [name, plugins[0]?.type]),
    [
      ["dup", "first"],
      ["good", "x"],
    ],
  );
  assert.deepEqual(
    problems.map(({ code, path }) => [basename(path ?? ""), code]),
    [
      ["1.conf", "CNI_CONFIG_INVALID"],
      ["3.conf", "CNI_CONFIG_DUPLICATE"],
      ["4.conf", "CNI_CONFIG_INVALID"],
      ["5.conf", "CNI_VERSION_UNSUPPORTED"],
      ["6.conf", "CNI_CONFIG_UNREADABLE"],
      ["7.conf", "CNI_CONFIG_UNREADABLE"],
      ["8.conf", "CNI_CONFIG_UNREADABLE"],
    ],
  );
});

test("a directory that is not there is an error", async () => {
  await assert.rejects(
    loadNetworkConfigs("/nonexistent/net.d"),
    (error) =>
      error instanceof CniError && error.code === "CNI_CONFIG_UNREADABLE" && error.path === "/nonexistent/net.d",
  );
});

test("the folder named after a list adds plugins, unless the list says no", async (t) => {
  const directory = await directoryWith(t, {
    "n.conflist": { name: "n", cniVersion: "1.1.0", plugins: [{ type: "a" }] },
    "n/20.conf": { type: "c" },
    "n/10.conf": { type: "b" },
    "n/30.json": { type: "ignored" },
    "only.conflist": { name: "only", loadOnlyInlinedPlugins: true, plugins: [{ type: "a" }] },
    "only/10.conf": "{",
    "folder.conflist": { name: "folder" },
    "folder/10.conf": { type: "d" },
    // a file that bears the name of its network is no folder
    plain: { name: "plain", plugins: [{ type: "a" }] },
    "broken.conflist": { name: "broken", plugins: [{ type: "a" }] },
    "broken/10.conf": "{",
  });
  const { networks, problems } = await loadNetworkConfigs(directory);
  assert.deepEqual(Object.fromEntries(networks.map((n) => [n.name, n.plugins.map((plugin) => plugin.type)])), {
    n: ["a", "b", "c"],
    only: ["a"],
    folder: ["d"],
    plain: ["a"],
  });
  assert.deepEqual(
    problems.map(({ code, path }) => [code, path]),
    [["CNI_CONFIG_INVALID", join(directory, "broken.conflist")]],
  );
});

test("one file can be read again by itself", async (t) => {
  const directory = await directoryWith(t, { "a.conf": { name: "a", type: "x" } });
  const path = join(directory, "a.conf");
  assert.equal((await readNetworkConfig(path)).name, "a");
  await rm(path);
  await assert.rejects(readNetworkConfig(path), { code: "CNI_CONFIG_UNREADABLE", path });
});
