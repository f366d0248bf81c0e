import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { launcherFixture, outputOf, RUNTIMES, readCgroup, scalar, until } from "./launcher-fixture.ts";

const MB = 1024 * 1024;
/** Takes 200 MB and keeps them. */
const EAT_MEMORY = "head -c 200000000 /dev/zero | tail -c 199999999 | sleep 60";

for (const runtime of RUNTIMES) {
  describe(`cgroup limits with ${runtime}`, { concurrency: false }, () => {
    const options = { runtimes: [runtime] };

    it("applies cpu, memory and pids by default", async (t) => {
      const { run, cgroupsRoot } = await launcherFixture(t, options);
      const { containerId } = await run("sleep 60");
      const read = (controller: string, file: string) => readCgroup(cgroupsRoot, containerId, controller, file);
      assert.equal(await read("cpu", "cpu.shares"), "512");
      assert.equal(await read("cpu", "cpu.cfs_quota_us"), "-1");
      assert.equal(await read("memory", "memory.limit_in_bytes"), `${64 * MB}`);
      assert.equal(await read("memory", "memory.soft_limit_in_bytes"), `${64 * MB}`);
      assert.equal(await read("pids", "pids.max"), "4096");
    });

    it("takes limits above what is booked, and infinite ones", async (t) => {
      const { run, cgroupsRoot } = await launcherFixture(t, options);
      const limited = await run("sleep 60", { limits: { cpus: 1.5, mem: 128 } });
      const free = await run("sleep 60", { limits: { cpus: Infinity, mem: Infinity } });
      const read = ({ containerId }: typeof free, controller: string, file: string) =>
        readCgroup(cgroupsRoot, containerId, controller, file);
      assert.equal(await read(limited, "cpu", "cpu.cfs_quota_us"), "150000");
      assert.equal(await read(limited, "memory", "memory.limit_in_bytes"), `${128 * MB}`);
      assert.equal(await read(limited, "memory", "memory.soft_limit_in_bytes"), `${64 * MB}`);
      assert.equal(await read(free, "cpu", "cpu.cfs_quota_us"), "-1");
      assert.ok(Number(await read(free, "memory", "memory.limit_in_bytes")) > 1e15);
      assert.equal(await read(free, "memory", "memory.soft_limit_in_bytes"), `${64 * MB}`);
    });

    it("sets quotas for everybody with --cgroups_enable_cfs", async (t) => {
      const { run, cgroupsRoot } = await launcherFixture(t, { ...options, cgroupsEnableCfs: true });
      const { containerId } = await run("sleep 60");
      assert.equal(await readCgroup(cgroupsRoot, containerId, "cpu", "cpu.cfs_quota_us"), "50000");
    });

    it("ends a container whose memory runs out, with Mesos's reason", async (t) => {
      const { run, containerizer } = await launcherFixture(t, options);
      const { containerId } = await run(EAT_MEMORY);
      const termination = await containerizer.wait(containerId);
      assert.equal(termination.status, 9);
      assert.equal(termination.state, TaskState.TASK_FAILED);
      assert.equal(termination.reason, TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY);
      assert.match(
        termination.message ?? "",
        /^Memory limit exceeded: Requested: 64MB Maximum Used: 6\S+\n\nMEMORY STATISTICS: \n/,
      );
      const [mem] = termination.limitation?.resources ?? [];
      assert.equal(mem?.name, "mem");
      assert.ok(Math.abs((mem?.scalar?.value ?? 0) - 64) < 1, `${mem?.scalar?.value} MB`);
      assert.deepEqual(await containerizer.destroy(containerId), termination);
    });

    it("tells the reason too when the first process itself is what was killed", async (t) => {
      const { runToEnd, run, containerizer } = await launcherFixture(t, options);
      const { containerId } = await run({
        shell: false,
        value: "tail",
        arguments: ["tail", "/dev/zero"],
      });
      const termination = await containerizer.wait(containerId);
      assert.equal(termination.status, 9);
      assert.equal(termination.reason, TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY);
      // an exit that has nothing to do with memory stays what it is
      assert.equal((await runToEnd("kill -KILL $$")).status, 9);
    });

    it("lets no container fork without bound", async (t) => {
      const { runToEnd } = await launcherFixture(t, { ...options, pidsLimit: 16 });
      const { stderr } = await runToEnd(
        "i=0; while [ $i -lt 40 ]; do sleep 60 & i=$((i+1)); done; kill -KILL -1 2>/dev/null",
      );
      assert.match(stderr, /Cannot fork|Resource temporarily unavailable/);
    });

    it("changes the limits of a living container, never lowering its hard memory limit", async (t) => {
      const { run, containerizer, cgroupsRoot } = await launcherFixture(t, options);
      const { containerId } = await run("sleep 60");
      const read = (controller: string, file: string) => readCgroup(cgroupsRoot, containerId, controller, file);
      await containerizer.update(containerId, [scalar("cpus", 2), scalar("mem", 256)], { cpus: 3 });
      assert.equal(await read("cpu", "cpu.shares"), "2048");
      assert.equal(await read("cpu", "cpu.cfs_quota_us"), "300000");
      assert.equal(await read("memory", "memory.limit_in_bytes"), `${256 * MB}`);
      await containerizer.update(containerId, [scalar("cpus", 0.5), scalar("mem", 64)], { cpus: Infinity });
      assert.equal(await read("cpu", "cpu.cfs_quota_us"), "-1");
      assert.equal(await read("memory", "memory.soft_limit_in_bytes"), `${64 * MB}`);
      assert.equal(await read("memory", "memory.limit_in_bytes"), `${256 * MB}`);
      await containerizer.update(containerId, [scalar("cpus", 0.5), scalar("mem", 64)], { mem: Infinity });
      assert.ok(Number(await read("memory", "memory.limit_in_bytes")) > 1e15);
      const [record] = await containerizer.records();
      assert.deepEqual(record?.limits, { mem: Infinity });
    });

    it("counts what a container uses", async (t) => {
      const { run, containerizer } = await launcherFixture(t, options);
      const made = await run("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done; sleep 60 & sleep 60", {
        limits: { cpus: 2 },
      });
      await until(async () => (await outputOf(made)).stdout === "done\n");
      await until(async () => (await containerizer.usage(made.containerId)).processes === 3);
      const usage = await containerizer.usage(made.containerId);
      assert.ok(usage.cpusUserTimeSecs + usage.cpusSystemTimeSecs > 0.01);
      assert.ok(usage.memTotalBytes > 0n && usage.memTotalBytes <= BigInt(64 * MB));
      assert.ok(usage.memRssBytes > 0n);
      assert.deepEqual(
        [usage.cpusSoftLimit, usage.cpusLimit, usage.memSoftLimitBytes, usage.memLimitBytes, usage.threads],
        [0.5, 2, BigInt(64 * MB), BigInt(64 * MB), 3],
      );
      assert.ok(Math.abs(usage.timestamp - Date.now() / 1000) < 60);
    });

    it("reports the first process as the executor's", async (t) => {
      const { run, containerizer } = await launcherFixture(t, options);
      const made = await run("echo $$; sleep 60");
      await until(async () => (await outputOf(made)).stdout !== "");
      const status = await containerizer.status(made.containerId);
      assert.equal(`${status.executorPid}\n`, (await outputOf(made)).stdout);
      assert.equal(status.containerId?.value, made.containerId);
      assert.deepEqual(status.networkInfos, []);
    });
  });
}
