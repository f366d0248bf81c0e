import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ContainerInfo_Type, ContainerInfoSchema, create } from "@fairlead/mesos-api";
import { giveTo, launcherFixture, outputOf, RUNTIMES, until } from "./launcher-fixture.ts";
import { networkFixture } from "./launcher-network.ts";

const NOBODY = 65534;
const DEFAULT_CAPABILITIES = "00000000a80405fb";

for (const runtime of RUNTIMES) {
  describe(`launcher with ${runtime}`, { concurrency: false }, () => {
    const options = { runtimes: [runtime] };

    it("tells exit codes and signals as raw wait statuses", async (t) => {
      const { runToEnd } = await launcherFixture(t, options);
      assert.equal((await runToEnd("exit 0")).status, 0);
      assert.equal((await runToEnd("exit 7")).status, 7 * 256);
      assert.equal((await runToEnd("exit 255")).status, 255 * 256);
      assert.equal((await runToEnd("kill -TERM $$")).status, 15);
      assert.equal((await runToEnd("kill -SEGV $$")).status, 11);
    });

    it("runs nothing before start, and start again does nothing", async (t) => {
      const { containerizer, config } = await launcherFixture(t, options);
      const made = await config("echo began; sleep 60");
      assert.equal(await containerizer.launch(made), true);
      assert.equal((await outputOf(made)).stdout, "");
      await containerizer.start(made.containerId);
      await containerizer.start(made.containerId);
      await until(async () => (await outputOf(made)).stdout === "began\n");
    });

    it("appends output to the files of the sandbox, which belong to the user", async (t) => {
      const { containerizer, config } = await launcherFixture(t, options);
      const made = await config("echo out; echo err >&2; echo again >>/dev/stdout", { user: "nobody" });
      await appendFile(join(made.directory, "stdout"), "before\n");
      await giveTo(NOBODY, NOBODY, made);
      await containerizer.launch(made);
      await containerizer.start(made.containerId);
      await containerizer.wait(made.containerId);
      assert.deepEqual(await outputOf(made), { stdout: "before\nout\nagain\n", stderr: "err\n" });
      for (const name of ["stdout", "stderr"]) {
        const { uid, gid, mode } = await stat(join(made.directory, name));
        assert.deepEqual([uid, gid, mode & 0o777], [NOBODY, NOBODY, 0o644]);
      }
    });

    it("follows nothing that a user has put in the place of the output", async (t) => {
      const { containerizer, config, directory } = await launcherFixture(t, options);
      await writeFile(join(directory, "victim"), "");
      const made = await config("true");
      await symlink(join(directory, "victim"), join(made.directory, "stdout"));
      await assert.rejects(containerizer.launch(made), { code: "SANDBOX_FAILED" });
      assert.deepEqual(await readdir(join(directory, "run", "containers")), []);
    });

    it("gives the environment as it is, and the sandbox as working directory", async (t) => {
      const { runToEnd } = await launcherFixture(t, options);
      const environment = { PATH: "/usr/bin:/bin", HOME: "/nowhere", EMPTY: "", UMLAUT: "ü\n2" };
      const { stdout } = await runToEnd({ shell: false, value: "env", arguments: ["env", "-0"] }, { environment });
      assert.deepEqual(
        stdout.split("\0").filter(Boolean).sort(),
        Object.entries(environment)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
      const { stdout: cwd } = await runToEnd({ shell: false, value: "/bin/pwd" });
      assert.match(cwd, /\/sandboxes\/[^/]+\n$/);
    });

    it("runs a program with its argv, whatever its first element says", async (t) => {
      const { runToEnd } = await launcherFixture(t, options);
      const argv = (value: string, ...args: string[]) => runToEnd({ shell: false, value, arguments: args });
      assert.equal((await argv("/bin/echo", "echo", "a b", "$HOME")).stdout, "a b $HOME\n");
      assert.equal((await argv("cat", "other", "/proc/self/cmdline")).stdout, "other\0/proc/self/cmdline\0");
      assert.equal((await argv("sh", "sh", "-c", "echo $0", "x")).stdout, "x\n");
    });

    it("tells in the runtime's words what cannot be executed, and leaves nothing", async (t) => {
      const { containerizer, config, runtimeDir } = await launcherFixture(t, options);
      const made = await config({ shell: false, value: "/nonexistent/program" });
      await assert.rejects(containerizer.launch(made), { code: "RUNTIME_FAILED", message: /\/nonexistent\/program/ });
      assert.equal(containerizer.containers().size, 0);
      assert.deepEqual(await readdir(join(runtimeDir, "containers")), []);
    });

    it("switches to the user with its groups; without one it stays the agent's", async (t) => {
      const { containerizer, config, runToEnd } = await launcherFixture(t, options);
      const made = await config("id -u; id -g; id -G; touch mine", { user: "games" });
      await giveTo(5, 60, made);
      await containerizer.launch(made);
      await containerizer.start(made.containerId);
      await containerizer.wait(made.containerId);
      assert.equal((await outputOf(made)).stdout, "5\n60\n60\n");
      assert.equal((await runToEnd("id -u; id -g")).stdout, "0\n0\n");
      await assert.rejects(containerizer.launch(await config("true", { user: "no-such-user" })), {
        code: "USER_UNKNOWN",
      });
    });

    it("holds the default capabilities without NET_ADMIN and NET_RAW, and none as another user", async (t) => {
      const { runToEnd } = await launcherFixture(t, options);
      const show = "grep -E '^Cap|NoNewPrivs' /proc/self/status";
      const none = "0000000000000000";
      assert.deepEqual(parseStatus((await runToEnd(show)).stdout), {
        CapInh: none,
        CapPrm: DEFAULT_CAPABILITIES,
        CapEff: DEFAULT_CAPABILITIES,
        CapBnd: DEFAULT_CAPABILITIES,
        CapAmb: none,
        NoNewPrivs: "0",
      });
      assert.deepEqual(parseStatus((await runToEnd(show, { directory: "/tmp", user: "nobody" })).stdout), {
        CapInh: none,
        CapPrm: none,
        CapEff: none,
        CapBnd: DEFAULT_CAPABILITIES,
        CapAmb: none,
        NoNewPrivs: "0",
      });
    });

    it("pings in a network of its own, as root and as another user", async (t) => {
      const network = await networkFixture(t);
      const { containerizer, config, runToEnd } = await launcherFixture(t, { ...options, network });
      const ping = "ping -c 1 -W 2 127.0.0.1 && ping -6 -c 1 -W 2 ::1";
      const byRoot = await runToEnd(ping);
      assert.equal(byRoot.status, 0, byRoot.stderr);
      const made = await config(ping, { user: "nobody" });
      await giveTo(NOBODY, NOBODY, made);
      await containerizer.launch(made);
      await containerizer.start(made.containerId);
      assert.equal((await containerizer.wait(made.containerId)).status, 0, (await outputOf(made)).stderr);
    });

    it("shows the devices and kernel files of its own network only, and nothing of cgroups to write to", async (t) => {
      const network = await networkFixture(t);
      const { runToEnd } = await launcherFixture(t, { ...options, network });
      const { stdout } = await runToEnd(
        "ls /sys/class/net; ls /dev | tr '\\n' ' '; echo; echo 1 2>&1 >/sys/fs/cgroup/memory/memory.limit_in_bytes; echo 1 2>&1 >/proc/sys/vm/swappiness",
      );
      const [interfaces, devices, cgroup, sysctl] = stdout.split("\n");
      assert.equal(interfaces, "lo");
      assert.match(devices ?? "", /null .*urandom zero/);
      assert.doesNotMatch(devices ?? "", /kmsg|mem|vda|sda/);
      assert.match(cgroup ?? "", /Read-only file system/);
      assert.match(sysctl ?? "", /Read-only file system/);
    });

    it("raises no resource limit, and sets those that are asked for", async (t) => {
      const { runToEnd, config, containerizer } = await launcherFixture(t, { ...options, isolation: "posix/rlimits" });
      const own = execFileSync("sh", ["-c", "ulimit -Hn; ulimit -Hs"], { encoding: "utf8" });
      assert.equal((await runToEnd("ulimit -Hn; ulimit -Hs")).stdout, own);
      const info = (type: number, soft: bigint, hard: bigint) => ({
        containerInfo: create(ContainerInfoSchema, {
          type: ContainerInfo_Type.MESOS,
          rlimitInfo: { rlimits: [{ type, soft, hard }] },
        }),
      });
      assert.equal((await runToEnd("ulimit -Sn; ulimit -Hn", info(10, 100n, 200n))).stdout, "100\n200\n");
      await assert.rejects(containerizer.launch(await config("true", info(10, 1n, 1n << 40n))), {
        code: "CONTAINER_INVALID",
      });
    });

    it("adds nothing to the mounts of the host", async (t) => {
      const { run, runtimeDir, containerizer } = await launcherFixture(t, options);
      const before = await readFile("/proc/self/mountinfo", "utf8");
      const made = await run("sleep 60");
      assert.equal(await readFile("/proc/self/mountinfo", "utf8"), before);
      assert.deepEqual(await readdir(join(runtimeDir, "containers", made.containerId, "bundle", "rootfs")), []);
      await containerizer.destroy(made.containerId);
      assert.equal(await readFile("/proc/self/mountinfo", "utf8"), before);
    });

    it("a recursive delete of the runtime directory reaches no file of the host", async (t) => {
      const { run, runtimeDir, directory, containerizer } = await launcherFixture(t, options);
      const canary = join(directory, "canary");
      await mkdir(canary);
      await writeFile(join(canary, "file"), "alive");
      const made = await run(`while [ -e ${canary}/file ]; do sleep 0.05; done; echo lost`);
      // plain rm, without any of the caution of the agent
      await rm(runtimeDir, { recursive: true });
      assert.equal(await readFile(join(canary, "file"), "utf8"), "alive");
      assert.equal((await outputOf(made)).stdout, "");
      await mkdir(join(runtimeDir, "containers"), { recursive: true });
      await containerizer.destroy(made.containerId);
    });
  });
}

describe("choice of the runtime", () => {
  it("takes the next one where the first refuses the machine, from then on", async (t) => {
    const directory = await mkdtemp(join(tmpdir(), "fairlead-runtime-"));
    t.after(() => rm(directory, { recursive: true }));
    const calls = join(directory, "calls");
    // what crun does beside a unified hierarchy with controllers
    const refusing = `#!/bin/sh
echo call >>${calls}
for arg; do case $arg in --log=*) log=\${arg#--log=};; esac; done
echo '{"msg":"cgroups in hybrid mode not supported, drop all controllers from cgroupv2","level":"error"}' >>"$log"
exit 1
`;
    await writeFile(join(directory, "crun"), refusing, { mode: 0o755 });
    const { runToEnd } = await launcherFixture(t, { runtimes: [join(directory, "crun"), "runc"] });
    assert.equal((await runToEnd("exit 3")).status, 3 * 256);
    assert.equal((await runToEnd("exit 4")).status, 4 * 256);
    assert.equal(await readFile(calls, "utf8"), "call\n");
  });

  it("is told what could be installed where there is none", async (t) => {
    await assert.rejects(launcherFixture(t, { runtimes: ["no-such-runtime"] }), {
      code: "RUNTIME_MISSING",
      message: "none of these programs is installed: no-such-runtime",
    });
  });
});

function parseStatus(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(/:\s+/) as [string, string]),
  );
}
