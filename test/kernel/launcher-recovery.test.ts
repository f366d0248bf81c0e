import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ContainerConfig } from "fairlead/containerizer/containerizer.ts";
import type { Isolator, RecoveredContainer } from "fairlead/containerizer/mesos/isolator.ts";
import { launcherFixture, outputOf, RUNTIMES, readCgroup, until } from "./launcher-fixture.ts";

const SIGTERM = 15;

for (const runtime of RUNTIMES) {
  describe(`recovery with ${runtime}`, { concurrency: false }, () => {
    const options = { runtimes: [runtime] };

    it("a known container goes on, and its end is seen as before", async (t) => {
      const { run, restart, containerizer: first } = await launcherFixture(t, options);
      const made = await run("trap 'exit 5' TERM; while :; do echo x; sleep 0.02; done");
      const { executorPid } = await first.status(made.containerId);
      const second = await restart();
      assert.deepEqual(await second.records(), [made]);
      await second.recover([made]);
      assert.deepEqual([...second.containers()], [made.containerId]);
      assert.equal((await second.status(made.containerId)).executorPid, executorPid);
      const before = (await outputOf(made)).stdout.length;
      await until(async () => (await outputOf(made)).stdout.length > before);
      await second.start(made.containerId);
      assert.equal(await second.kill(made.containerId, SIGTERM), true);
      assert.deepEqual(await second.wait(made.containerId), { status: 5 * 256 });
      assert.deepEqual(await second.destroy(made.containerId), { status: 5 * 256 });
    });

    it("one that ended meanwhile keeps its status", async (t) => {
      const { run, restart, containerizer } = await launcherFixture(t, options);
      const made = await run("exit 7");
      await containerizer.wait(made.containerId);
      const second = await restart();
      await second.recover([made]);
      assert.deepEqual(await second.wait(made.containerId), { status: 7 * 256 });
      await second.start(made.containerId);
      assert.deepEqual(await second.destroy(made.containerId), { status: 7 * 256 });
    });

    it("one whose memory ran out meanwhile still says so", async (t) => {
      const { run, restart, runtimeDir } = await launcherFixture(t, options);
      const made = await run("sleep 0.3; exec tail /dev/zero");
      const second = await restart();
      await until(async () => (await readdir(join(runtimeDir, "containers", made.containerId, "exit"))).length > 0);
      await second.recover([made]);
      const termination = await second.wait(made.containerId);
      assert.match(termination.message ?? "", /^Memory limit exceeded/);
    });

    it("one that was created but not started can be started", async (t) => {
      const { config, restart, containerizer } = await launcherFixture(t, options);
      const made = await config("echo began; exit 3");
      await containerizer.launch(made);
      const second = await restart();
      await second.recover([made]);
      assert.equal((await outputOf(made)).stdout, "");
      await second.start(made.containerId);
      assert.deepEqual(await second.wait(made.containerId), { status: 3 * 256 });
      assert.equal((await outputOf(made)).stdout, "began\n");
    });

    it("what is not known is taken down; what has nothing left ended without a status", async (t) => {
      const { run, config, restart, runtimeDir } = await launcherFixture(t, options);
      const orphan = await run("sleep 60");
      const kept = await run("sleep 60");
      const never = await config("true");
      const { isolator, recovered } = recordingNetwork();
      const second = await restart({ network: isolator });
      await second.recover([kept, never]);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), [kept.containerId]);
      assert.deepEqual(await second.wait(never.containerId), {});
      assert.deepEqual(await second.destroy(never.containerId), {});
      const { executorPid } = await second.status(kept.containerId);
      assert.deepEqual(recovered, {
        alive: [{ config: kept, pid: executorPid }],
        orphans: [orphan.containerId],
        cleaned: [orphan.containerId, never.containerId],
      });
    });

    it("a damaged record costs no running container that the agent knows", async (t) => {
      const { run, restart, runtimeDir } = await launcherFixture(t, options);
      const known = await run("sleep 60");
      const unknown = await run("sleep 60");
      for (const { containerId } of [known, unknown]) {
        await writeFile(join(runtimeDir, "containers", containerId, "config.json"), '{"version":');
      }
      const second = await restart();
      assert.deepEqual(await second.records(), []);
      await second.recover([known]);
      assert.deepEqual([...second.containers()], [known.containerId]);
      assert.equal(await second.kill(known.containerId, SIGTERM), true);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), [known.containerId]);
    });

    it("never takes a stranger with the same number for its process", async (t) => {
      const { run, restart, runtimeDir } = await launcherFixture(t, options);
      const made = await run("sleep 60");
      const path = join(runtimeDir, "containers", made.containerId, "pid");
      const stored = JSON.parse(await readFile(path, "utf8"));
      // as if the machine had given both numbers to others
      const reused = { pid: process.pid, startTime: "1" };
      await writeFile(path, JSON.stringify({ ...stored, init: reused, conmon: reused }));
      const second = await restart();
      await second.recover([made]);
      const { status, message } = await second.wait(made.containerId);
      assert.equal(status, undefined);
      assert.match(message ?? "", /^The exit status is not known/);
      await second.destroy(made.containerId);
      process.kill(process.pid, 0);
    });

    it("leaves nothing frozen when it is closed while a signal is on its way", async (t) => {
      const { run, containerizer, cgroupsRoot } = await launcherFixture(t, options);
      const made = await run("trap '' TERM; while :; do sleep 0.02; done");
      let sent: boolean | undefined;
      void containerizer.kill(made.containerId, SIGTERM).then((answer) => {
        sent = answer;
      });
      await containerizer.close();
      assert.equal(sent, true);
      assert.equal(await readCgroup(cgroupsRoot, made.containerId, "freezer", "freezer.state"), "THAWED");
    });

    it("lets go on what a crash left frozen", async (t) => {
      const { run, restart, cgroupsRoot } = await launcherFixture(t, options);
      const made = await run("while :; do echo x; sleep 0.02; done");
      const state = join("/sys/fs/cgroup/freezer", cgroupsRoot, made.containerId, "freezer.state");
      await writeFile(state, "FROZEN");
      const second = await restart();
      await second.recover([made]);
      assert.equal(await readCgroup(cgroupsRoot, made.containerId, "freezer", "freezer.state"), "THAWED");
      const before = (await outputOf(made)).stdout.length;
      await until(async () => (await outputOf(made)).stdout.length > before);
    });

    it("removes what a cut removal or a cut launch left, and leaves alone what is no container", async (t) => {
      const { restart, runtimeDir } = await launcherFixture(t, options);
      const containers = join(runtimeDir, "containers");
      await mkdir(join(containers, "no-record", "bundle", "rootfs"), { recursive: true });
      await mkdir(join(containers, "a b"));
      const second = await restart();
      await second.recover([]);
      assert.deepEqual(await readdir(containers), ["a b"]);
      await rm(join(containers, "a b"), { recursive: true });
    });

    it("what could not be taken down is finished by the next start", async (t) => {
      const network: { isolator: Isolator; fail: boolean } = { ...recordingNetwork(), fail: true };
      const isolator: Isolator = {
        ...network.isolator,
        async cleanup() {
          if (network.fail) throw new Error("DEL failed");
        },
      };
      const { run, restart, runtimeDir, containerizer } = await launcherFixture(t, { ...options, network: isolator });
      const made = await run("exit 4");
      await containerizer.wait(made.containerId);
      assert.deepEqual(await containerizer.destroy(made.containerId), { status: 4 * 256 });
      assert.equal(containerizer.containers().size, 0);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), [made.containerId]);
      network.fail = false;
      const second = await restart();
      await second.recover([]);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), []);
    });
  });
}

/** An isolator that notes what it is told at recovery. */
function recordingNetwork() {
  const recovered: { alive: readonly RecoveredContainer[]; orphans: readonly string[]; cleaned: string[] } = {
    alive: [],
    orphans: [],
    cleaned: [],
  };
  const isolator: Isolator = {
    name: "network/cni",
    async recover(alive, orphans) {
      Object.assign(recovered, { alive, orphans });
    },
    async prepare(_: ContainerConfig) {
      return undefined;
    },
    async cleanup(containerId) {
      recovered.cleaned.push(containerId);
    },
  };
  return { isolator, recovered };
}
