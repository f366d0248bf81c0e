import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { silentLogger } from "../../../base/log.ts";
import { VirtualClock } from "../../../base/virtual-clock.ts";
import { CONMON_END_TIMEOUT_MS, SWEEP_INTERVAL_MS } from "../limits.ts";
import { type Exit, ExitWatch } from "./exit-watch.ts";
import type { ProcessIdentity } from "./process-identity.ts";

const INIT: ProcessIdentity = { pid: 10, startTime: "1" };
const CONMON: ProcessIdentity = { pid: 11, startTime: "2" };

type Fate = "alive" | "zombie" | "gone";

/** A watch over an invented container: its processes end as the test says. */
async function watched(t: TestContext, fates: { init: Fate; conmon: Fate }, exitFile?: string) {
  const exitDirectory = await mkdtemp(join(tmpdir(), "fairlead-exit-"));
  const exitStatus = join(exitDirectory, "c");
  if (exitFile !== undefined) await writeFile(exitStatus, exitFile);
  const clock = new VirtualClock();
  const watch = new ExitWatch({
    containerId: parseContainerId("c"),
    paths: { exitDirectory, exitStatus },
    init: INIT,
    conmon: CONMON,
    clock,
    log: silentLogger,
    find: async (identity) => {
      const fate = identity === INIT ? fates.init : fates.conmon;
      return fate === "gone" ? undefined : { ...identity, zombie: fate === "zombie", exitCode: 9 };
    },
  });
  let exit: Exit | undefined;
  void watch.exited.then((value) => {
    exit = value;
  });
  t.after(async () => {
    watch.close();
    await rm(exitDirectory, { recursive: true });
    assert.equal(clock.pending, 0);
  });
  return { watch, clock, exitStatus, fates, current: () => exit };
}

test("the exit file tells, by inotify", async (t) => {
  const { watch, exitStatus } = await watched(t, { init: "alive", conmon: "alive" });
  await writeFile(exitStatus, "7");
  assert.deepEqual(await watch.exited, { status: 7 * 256 });
});

test("a file that is there already tells at once", async (t) => {
  const { watch } = await watched(t, { init: "gone", conmon: "gone" }, "0");
  assert.deepEqual(await watch.exited, { status: 0 });
});

test("without conmon, the end of the process itself counts", async (t) => {
  const { watch, clock, fates, current } = await watched(t, { init: "alive", conmon: "gone" });
  await clock.advance(3 * SWEEP_INTERVAL_MS);
  assert.equal(current(), undefined);
  fates.init = "gone";
  watch.look();
  assert.match((await watch.exited).message ?? "", /^The exit status is not known: .*pid 11.* has ended before it$/);
});

test("a process that nobody has reaped still has its status", async (t) => {
  const { watch } = await watched(t, { init: "zombie", conmon: "zombie" });
  assert.deepEqual(await watch.exited, { status: 9 });
});

test("conmon gets some time to write, not for ever", async (t) => {
  const { watch, clock, current } = await watched(t, { init: "gone", conmon: "alive" });
  await clock.advance(CONMON_END_TIMEOUT_MS / 2);
  assert.equal(current(), undefined);
  for (let sweeps = 0; current() === undefined && sweeps < 1000; sweeps++) await clock.advance(SWEEP_INTERVAL_MS);
  assert.match((await watch.exited).message ?? "", /does not answer$/);
});

test("a closed watch says nothing", async (t) => {
  const { watch, clock, exitStatus, current } = await watched(t, { init: "alive", conmon: "alive" });
  watch.close();
  await writeFile(exitStatus, "1");
  watch.look();
  await clock.advance(10 * SWEEP_INTERVAL_MS);
  assert.equal(current(), undefined);
});
