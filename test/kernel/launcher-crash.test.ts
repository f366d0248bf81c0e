import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { CRASH_POINTS, type CrashPoint } from "fairlead/base/crash-points.ts";
import type { ContainerConfig } from "fairlead/containerizer/containerizer.ts";
import { writeRecord } from "fairlead/containerizer/mesos/container-record.ts";
import { findLaunchHelpers } from "fairlead/containerizer/mesos/launcher/launch-helpers.ts";
import { containerPaths } from "fairlead/containerizer/mesos/paths.ts";
import { type Fixture, launcherFixture, leftBehind, outputOf, RUNTIMES, until } from "./launcher-fixture.ts";

/** The crash points of the launcher, in the order of a container's life, and how much of it is there then. */
const POINTS: readonly [CrashPoint, "cut" | "created" | "running" | "ended"][] = [
  ["container-recorded", "cut"],
  ["bundle-written", "cut"],
  ["container-created", "cut"],
  ["container-pid-stored", "created"],
  ["container-started", "running"],
  ["destroy-begun", "ended"],
  ["processes-killed", "ended"],
  ["runtime-deleted", "ended"],
  ["container-files-removed", "cut"],
];

/** Moments of a launch, in milliseconds from its begin, that have no number: conmon and the runtime are at work then. */
const MOMENTS_MS = [0, 5, 10, 15, 20, 25, 30, 40, 50];

for (const runtime of RUNTIMES) {
  describe(`crashes with ${runtime}`, { concurrency: false }, () => {
    for (const [point, reached] of POINTS) {
      it(`kill -9 at ${point}: an unwanted container is gone after the recovery`, async (t) => {
        const fixture = await launcherFixture(t, { runtimes: [runtime] });
        const made = await fixture.config("exit 6");
        assert.equal(await life(fixture, runtime, made, point), "SIGKILL");
        await fixture.containerizer.recover([]);
        await assertNothingLeft(fixture, made);
      });

      it(`kill -9 at ${point}: a wanted container is ${reached}`, async (t) => {
        const fixture = await launcherFixture(t, { runtimes: [runtime] });
        const { containerizer } = fixture;
        const made = await fixture.config("echo ran; exit 6");
        assert.equal(await life(fixture, runtime, made, point), "SIGKILL");
        await containerizer.recover([made]);
        await containerizer.start(made.containerId);
        const termination = await containerizer.wait(made.containerId);
        assert.deepEqual(termination, reached === "cut" ? {} : { status: 6 * 256 });
        if (reached !== "cut") assert.equal((await outputOf(made)).stdout, "ran\n");
        assert.deepEqual(await containerizer.destroy(made.containerId), termination);
        await assertNothingLeft(fixture, made);
      });
    }

    for (const momentMs of MOMENTS_MS) {
      it(`kill -9 at ${momentMs} ms of the launch: the recovery ends what is still at work`, async (t) => {
        const fixture = await launcherFixture(t, { runtimes: [runtime] });
        const made = await fixture.config("sleep 60");
        await life(fixture, runtime, made, momentMs);
        await fixture.containerizer.recover([]);
        await assertNothingLeft(fixture, made);
      });
    }
  });
}

/** Runs a container's life in a process of its own; gives the signal that ended it. */
async function life(
  { directory, runtimeDir, cgroupsRoot }: Fixture,
  runtime: string,
  config: ContainerConfig,
  crash: CrashPoint | number,
): Promise<NodeJS.Signals | null> {
  const record = join(directory, "record.json");
  await writeFile(record, writeRecord(config));
  const script = join(import.meta.dirname, "launcher-crash-child.ts");
  const at = typeof crash === "number" ? "" : String(CRASH_POINTS.indexOf(crash) + 1);
  const child = spawn(process.execPath, [...process.execArgv, script, runtimeDir, cgroupsRoot, runtime, record], {
    env: { ...process.env, FAIRLEAD_CRASH_AT: at },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  if (typeof crash === "number") {
    await once(child.stdout, "data");
    setTimeout(() => child.kill("SIGKILL"), crash);
  }
  const [, signal] = await ended;
  return signal;
}

async function assertNothingLeft(
  { runtimeDir, cgroupsRoot }: Fixture,
  { containerId }: ContainerConfig,
): Promise<void> {
  assert.deepEqual(await readdir(join(runtimeDir, "containers")), []);
  assert.deepEqual(await leftBehind(`${cgroupsRoot}/${containerId}`), []);
  // what was killed may not have been reaped yet, but it has no command line any more
  await until(async () => (await findLaunchHelpers([containerPaths(runtimeDir, containerId)])).length === 0);
}
