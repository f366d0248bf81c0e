import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  type ContainerId,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  NetworkInfoSchema,
} from "@fairlead/mesos-api";
import { FairleadError } from "fairlead/base/errors.ts";
import type { Containerizer } from "fairlead/containerizer/containerizer.ts";
import type { Isolator } from "fairlead/containerizer/mesos/isolator.ts";
import { type Fixture, launcherFixture, leftBehind, outputOf, RUNTIMES, until } from "./launcher-fixture.ts";

const SIGTERM = 15;
const SIGKILL = 9;

for (const runtime of RUNTIMES) {
  describe(`life of a container with ${runtime}`, { concurrency: false }, () => {
    const options = { runtimes: [runtime] };

    it("a plain sleep ends at once on SIGTERM, with and without a pid namespace", async (t) => {
      for (const isolation of ["", "namespaces/pid"]) {
        const { run, containerizer } = await launcherFixture(t, { ...options, isolation });
        const { containerId } = await run("sleep 60");
        assert.equal(await containerizer.kill(containerId, SIGTERM), true);
        assert.equal((await containerizer.wait(containerId)).status, SIGTERM);
        // the first process may be gone before the others
        await until(async () => !(await containerizer.kill(containerId, SIGTERM)));
      }
    });

    it("a signal ends what has not begun, with and without a pid namespace", async (t) => {
      for (const isolation of ["", "namespaces/pid"]) {
        const { config, containerizer } = await launcherFixture(t, { ...options, isolation });
        const made = await config("echo ran");
        await containerizer.launch(made);
        assert.equal(await containerizer.kill(made.containerId, SIGTERM), true);
        await containerizer.wait(made.containerId);
        await containerizer.start(made.containerId);
        assert.equal((await outputOf(made)).stdout, "");
      }
    });

    it("shows only its own processes in a pid namespace, below an init", async (t) => {
      const { runToEnd } = await launcherFixture(t, { ...options, isolation: "namespaces/pid" });
      const { stdout, status } = await runToEnd("echo $$; cat /proc/1/comm; ls -d /proc/[0-9]* | wc -l; exit 3");
      assert.match(stdout, /^\d\n(tini|catatonit)\n[34]\n$/);
      assert.equal(status, 3 * 256);
    });

    it("a signal reaches every process, those in other sessions too", async (t) => {
      const { run, containerizer } = await launcherFixture(t, options);
      const trap = (name: string) => `trap 'echo ${name}' TERM; echo ready; while :; do sleep 0.05; done`;
      const made = await run(`setsid sh -c "${trap("other")}" & ${trap("first")}`);
      await until(async () => (await outputOf(made)).stdout === "ready\nready\n");
      await containerizer.kill(made.containerId, SIGTERM);
      await until(
        async () => /first/.test((await outputOf(made)).stdout) && /other/.test((await outputOf(made)).stdout),
      );
    });

    it("no process escapes the end by forking", async (t) => {
      const { run, containerizer, cgroupsRoot } = await launcherFixture(t, { ...options, pidsLimit: 200 });
      const made = await run("f() { sleep 0.01; f & f & }; f; while :; do sleep 1 & wait $!; done 2>/dev/null");
      await until(async () => ((await containerizer.usage(made.containerId)).processes ?? 0) > 50);
      const { status } = (await containerizer.destroy(made.containerId)) ?? {};
      assert.equal(status, SIGKILL);
      assert.deepEqual(await cgroupsOf(cgroupsRoot, made.containerId), []);
    });

    it("destroy ends and removes everything, says how it ended, and may be repeated", async (t) => {
      const { run, containerizer, runtimeDir, cgroupsRoot } = await launcherFixture(t, options);
      const { containerId } = await run("sleep 60");
      const waiting = containerizer.wait(containerId);
      const [first, second] = await Promise.all([
        containerizer.destroy(containerId),
        containerizer.destroy(containerId),
      ]);
      assert.deepEqual(first, { status: SIGKILL });
      assert.deepEqual(second, first);
      assert.deepEqual(await waiting, first);
      assert.equal(await containerizer.destroy(containerId), undefined);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), []);
      assert.deepEqual(await cgroupsOf(cgroupsRoot, containerId), []);
      for (const ask of ["start", "wait", "status", "usage"] as const) {
        await assert.rejects(containerizer[ask](containerId), { code: "CONTAINER_UNKNOWN" });
      }
      assert.equal(await containerizer.kill(containerId, SIGTERM), false);
      await containerizer.update(containerId, [], {});
    });

    it("destroy before start: the command never runs", async (t) => {
      const { config, containerizer } = await launcherFixture(t, options);
      const made = await config("echo ran");
      await containerizer.launch(made);
      await containerizer.destroy(made.containerId);
      assert.equal((await outputOf(made)).stdout, "");
    });

    for (const stage of ["before it begins", "prepare", "isolate", "watch"] as const) {
      it(`destroy during the launch (${stage}) stops it, and undoes everything`, async (t) => {
        let containerizer: Containerizer | undefined;
        let destroyed: Promise<unknown> | undefined;
        const at = (where: string) => async (id: ContainerId) => {
          if (stage === where) destroyed = containerizer?.destroy(id);
        };
        const { isolator, calls } = recordingIsolator({
          prepare: at("prepare"),
          isolate: at("isolate"),
          watch: at("watch"),
        });
        const fixture = await launcherFixture(t, { ...options, network: isolator });
        containerizer = fixture.containerizer;
        const made = await fixture.config("echo ran");
        const launched = containerizer.launch(made);
        await at("before it begins")(made.containerId);
        await assert.rejects(launched, { code: "CONTAINER_DESTROYED" });
        await destroyed;
        assert.ok(calls.includes("cleanup"), calls.join());
        await assertNothingLeft(fixture);
      });
    }

    for (const stage of ["prepare", "isolate"] as const) {
      it(`a failure in ${stage} is told as it is, and undone`, async (t) => {
        const fail = async () => {
          throw new FairleadError("NETWORK_FAILED", "the plugin's own words");
        };
        const { isolator, calls } = recordingIsolator({ [stage]: fail });
        const fixture = await launcherFixture(t, { ...options, network: isolator });
        await assert.rejects(fixture.containerizer.launch(await fixture.config("true")), {
          code: "NETWORK_FAILED",
          message: "the plugin's own words",
        });
        assert.equal(calls.at(-1), "cleanup");
        await assertNothingLeft(fixture);
      });
    }

    it("one container that takes long keeps no other waiting", async (t) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let slowId: ContainerId | undefined;
      const { isolator } = recordingIsolator({
        prepare: async (id) => {
          if (id === slowId) await promise;
        },
      });
      const { config, containerizer, run } = await launcherFixture(t, { ...options, network: isolator });
      const made = await config("true");
      slowId = made.containerId;
      const slow = containerizer.launch(made);
      await Promise.all(Array.from({ length: 8 }, () => run("sleep 60")));
      assert.equal(containerizer.containers().size, 9);
      resolve();
      await slow;
    });

    it("a killed conmon does not end the container, nor hides its end", async (t) => {
      const { run, containerizer, runtimeDir } = await launcherFixture(t, options);
      const made = await run("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
      await until(async () => (await outputOf(made)).stdout === "ready\n");
      const waiting = containerizer.wait(made.containerId);
      process.kill(await conmonOf(runtimeDir, made.containerId), "SIGKILL");
      await containerizer.kill(made.containerId, SIGTERM);
      const { status, message } = await waiting;
      // the parent that takes it over may not have reaped it when it is looked at: then its status is known
      if (status === undefined)
        assert.match(message ?? "", /^The exit status is not known: .*conmon.* has ended before it$/);
      else assert.equal(status, 5 * 256);
      await containerizer.destroy(made.containerId);
    });

    it("refuses the same id twice, and serves nothing made for Docker", async (t) => {
      const { run, containerizer, config } = await launcherFixture(t, options);
      const made = await run("sleep 60");
      await assert.rejects(containerizer.launch(made), { code: "CONTAINER_EXISTS" });
      assert.deepEqual([...containerizer.containers()], [made.containerId]);
      const docker = create(ContainerInfoSchema, { type: ContainerInfo_Type.DOCKER });
      assert.equal(await containerizer.launch(await config("true", { containerInfo: docker })), false);
    });

    it("refuses a named network where there is no network isolator", async (t) => {
      const { containerizer, config } = await launcherFixture(t, options);
      const containerInfo = create(ContainerInfoSchema, {
        type: ContainerInfo_Type.MESOS,
        networkInfos: [create(NetworkInfoSchema, { name: "blue" })],
      });
      await assert.rejects(containerizer.launch(await config("true", { containerInfo })), {
        code: "CONTAINER_INVALID",
      });
    });
  });
}

/** An isolator that calls back at each step. */
function recordingIsolator(
  hooks: { readonly [step in "prepare" | "isolate" | "watch"]?: (id: ContainerId) => Promise<void> },
) {
  const calls: string[] = [];
  const isolator: Isolator = {
    name: "network/cni",
    async recover() {},
    async prepare({ containerId }) {
      calls.push("prepare");
      await hooks.prepare?.(containerId);
      return undefined;
    },
    async isolate(containerId) {
      calls.push("isolate");
      await hooks.isolate?.(containerId);
    },
    async watch(containerId) {
      calls.push("watch");
      await hooks.watch?.(containerId);
      return await new Promise(() => {});
    },
    async cleanup() {
      calls.push("cleanup");
    },
  };
  return { isolator, calls };
}

async function assertNothingLeft({ containerizer, runtimeDir, cgroupsRoot }: Fixture): Promise<void> {
  assert.equal(containerizer.containers().size, 0);
  assert.deepEqual(await readdir(join(runtimeDir, "containers")), []);
  for (const path of await leftBehind(cgroupsRoot)) {
    const below = await readdir(path, { withFileTypes: true });
    assert.deepEqual(
      below.filter((entry) => entry.isDirectory()),
      [],
      path,
    );
  }
}

async function cgroupsOf(root: string, containerId: ContainerId): Promise<readonly string[]> {
  return await leftBehind(`${root}/${containerId}`);
}

async function conmonOf(runtimeDir: string, containerId: ContainerId): Promise<number> {
  const file: { conmon: { pid: number } } = JSON.parse(
    await readFile(join(runtimeDir, "containers", containerId, "pid"), "utf8"),
  );
  return file.conmon.pid;
}
