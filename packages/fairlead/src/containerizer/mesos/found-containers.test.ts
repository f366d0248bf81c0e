import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { silentLogger } from "../../base/log.ts";
import { findContainers } from "./found-containers.ts";
import { writeLaunchedProcess } from "./launched-process.ts";
import { containerPaths, containersDirectory } from "./paths.ts";

const ID = parseContainerId("c1");

const LAUNCHED = {
  init: { pid: 11, startTime: "7" },
  conmon: { pid: 10, startTime: "6" },
  isInit: false,
  runtime: "/usr/bin/crun",
};

async function withRuntimeDir(use: (runtimeDir: string) => Promise<void>): Promise<void> {
  const runtimeDir = await mkdtemp(join(tmpdir(), "fairlead-found-"));
  try {
    await mkdir(containerPaths(runtimeDir, ID).directory, { recursive: true });
    await use(runtimeDir);
  } finally {
    await rm(runtimeDir, { recursive: true });
  }
}

test("a file that is damaged is left out; what is no container is left alone", async () => {
  await withRuntimeDir(async (runtimeDir) => {
    const paths = containerPaths(runtimeDir, ID);
    await writeFile(paths.config, '{"version":1,"containerI');
    await writeFile(paths.pid, writeLaunchedProcess(LAUNCHED));
    await mkdir(join(containersDirectory(runtimeDir), "no container"));
    const found = await findContainers(runtimeDir, silentLogger);
    assert.deepEqual(
      found.map(({ id, config, process }) => ({ id, config, process })),
      [{ id: ID, config: undefined, process: LAUNCHED }],
    );
  });
});

test("a file that cannot be read is not taken for a damaged one", async () => {
  await withRuntimeDir(async (runtimeDir) => {
    await mkdir(containerPaths(runtimeDir, ID).pid);
    await assert.rejects(findContainers(runtimeDir, silentLogger), { code: "STORE_FAILED" });
  });
});

test("without a directory there are none", async () => {
  await withRuntimeDir(async (runtimeDir) => {
    assert.deepEqual(await findContainers(join(runtimeDir, "nothing"), silentLogger), []);
  });
});
