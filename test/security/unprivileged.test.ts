import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Environment_Variable_Type, Secret_Type } from "@fairlead/mesos-api";
import { Cluster } from "../cni/cluster.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask } from "../support/framework.ts";
import { pidsWith } from "../support/pids-with.ts";
import { agentState } from "../support/state.ts";

inHostLikeNamespaces(import.meta.filename);

const SECRET = "only-for-the-victim-5d41402a";

/** Says of each command whether it was let through. */
const TRY = 'try() { if sh -c "$2" >/dev/null 2>&1; then echo "$1: yes"; else echo "$1: no"; fi; }';

/** Of whichever version: what lists no processes is no cgroup, but a directory that the runtime has made for this container. */
const WRITE_CGROUP =
  "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do [ ! -e $d/cgroup.procs ] || ! mkdir $d/evil || exit 0; done; exit 1";

test("what a task of one user can do to others", async (t) => {
  const cluster = await Cluster.start(t);
  const { workspace } = cluster;
  // as an operator's directories are; that of the test would keep everybody out
  chmodSync(workspace.directory, 0o755);
  workspace.bridge("blue", "10.83.0.0/24");
  const victim = await cluster.run(
    shellTask("victim", "", {
      networks: ["blue"],
      command: {
        user: "games",
        value: 'echo "$PASSWORD" >mine; echo "$PASSWORD"; sleep 1000',
        environment: {
          variables: [
            {
              name: "PASSWORD",
              type: Environment_Variable_Type.SECRET,
              secret: { type: Secret_Type.VALUE, value: { data: Buffer.from(SECRET) } },
            },
          ],
        },
      },
    }),
  );
  const sandbox = cluster.sandbox(victim.status);
  const containers = join(workspace.runtimeDir, "containers", victim.containerId);
  const { pid } = (await agentState()) as unknown as { pid: string };
  assert.match(pid, /^slave\(1\)@/);
  const conmon = pidsWith(victim.containerId);
  assert.ok(conmon.length > 0);
  const init = Number(readFileSync(join(containers, "init.pid"), "utf8"));

  await t.test("as somebody else without privileges: nothing", async () => {
    const attempts: readonly (readonly [what: string, command: string])[] = [
      ["list a sandbox", `ls ${sandbox}/`],
      ["read the output of a sandbox", `cat ${sandbox}/stdout`],
      ["read a file in a sandbox", `cat ${sandbox}/mine`],
      ["write into a sandbox", `touch ${sandbox}/evil`],
      ["remove a sandbox", `rm -rf ${sandbox}/.`],
      ["put a directory beside the runs", `mkdir ${sandbox}/../evil`],
      ["move a run away", `mv ${sandbox}/../latest ${sandbox}/../old`],
      ["list the checkpoint", `ls ${workspace.path("work/meta")}`],
      ["read the checkpoint", `cat ${workspace.path("work/meta/agent.db")}`],
      ["list the registry", `ls ${workspace.path("work/master")}`],
      ["read the registry", `cat ${workspace.path("work/master/registry.db")}`],
      ["list the containers", `ls ${workspace.runtimeDir}/containers`],
      ["read a record", `cat ${containers}/config.json`],
      ["read a bundle", `cat ${containers}/bundle/config.json`],
      [
        "read the configuration of a network",
        `cat ${victim.pin}/../blue/network.conf || cat ${workspace.cniPath(victim.containerId, "blue/network.conf")}`,
      ],
      ["read the result of a network", `cat ${workspace.cniPath(victim.containerId, "blue/eth0/network.info")}`],
      ["write into the runtime directory", `touch ${workspace.runtimeDir}/evil`],
      ["write into the network directory of a container", `touch ${workspace.cniPath(victim.containerId)}/evil`],
      ["replace the hosts of a container", `mv ${workspace.cniPath(victim.containerId, "hosts")} /tmp/evil`],
      ["write into the work directory", `touch ${workspace.path("work")}/evil`],
      ["take the lock of a directory", `exec 9<>${workspace.path("work/.lock")}`],
      ["read an environment", `cat /proc/${init}/environ`],
      ["read the file system of a process", `ls /proc/${init}/root/`],
      ["read what a process has open", `ls /proc/${init}/fd/`],
      ["read the memory of a process", `head -c 1 /proc/${init}/mem`],
      ...conmon.flatMap((each): [string, string][] => [
        [`read the environment of conmon ${each}`, `cat /proc/${each}/environ`],
        [`read the root of conmon ${each}`, `ls /proc/${each}/root/`],
        [`signal conmon ${each}`, `kill -0 ${each}`],
      ]),
      ["signal the other task", `kill -0 ${init}`],
      ["enter the network of the other task", `nsenter --net=${victim.pin} true`],
      ["enter the namespaces of the other task", `nsenter --target ${init} --all true`],
      ["mount", "mount -t tmpfs none /mnt"],
      ["make a network namespace", "unshare --net true"],
      ["make an interface", "ip link add evil type dummy || ip link add evil type bridge"],
      ["change an interface", "ip link set lo down"],
      ["open a raw socket", "perl -MSocket -e 'socket(S, AF_INET, SOCK_RAW, 1) or exit 1'"],
      ["open a packet socket", "perl -e 'socket(S, 17, 3, 0) or exit 1'"],
      ["write a sysctl", "echo 1 >/proc/sys/net/ipv4/ip_forward"],
      ["write a cgroup", WRITE_CGROUP],
      ["read kernel memory", "head -c 1 /proc/kcore"],
      ["read shadow", "cat /etc/shadow"],
      ["load a module", "modprobe dummy"],
      ["make a device", "mknod evil c 1 1"],
      ["read a disk", "head -c 1 /dev/vda || head -c 1 /dev/sda"],
    ];
    for (const networks of [["blue"], []]) {
      const script = [
        TRY,
        ...attempts.map(([what, command]) => `try '${what}' '${command.replaceAll("'", "'\\''")}'`),
      ].join("\n");
      const id = `attacker-${networks.length}`;
      const { stdout } = await cluster.finish(
        shellTask(id, "", { networks, command: { user: "nobody", value: script } }),
      );
      assert.deepEqual(
        stdout.trim().split("\n"),
        attempts.map(([what]) => `${what}: no`),
      );
    }
    assert.deepEqual(readdirSync(sandbox).sort(), ["mine", "stderr", "stdout"]);
    assert.equal(readFileSync(join(sandbox, "mine"), "utf8"), `${SECRET}\n`);
  });

  await t.test(
    "as root, in a container: the network of others and the kernel are out of reach all the same",
    async () => {
      const attempts: readonly (readonly [what: string, command: string])[] = [
        ["enter the network of the other task", `nsenter --net=${victim.pin} true`],
        ["mount", "mount -t tmpfs none /mnt"],
        ["make a network namespace", "unshare --net true"],
        ["make an interface", "ip link add evil type bridge"],
        ["change an interface", "ip link set lo down"],
        ["open a raw socket", "perl -MSocket -e 'socket(S, AF_INET, SOCK_RAW, 1) or exit 1'"],
        ["open a packet socket", "perl -e 'socket(S, 17, 3, 0) or exit 1'"],
        ["write a sysctl", "echo 1 >/proc/sys/net/ipv4/ip_forward"],
        ["read kernel memory", "head -c 1 /proc/kcore"],
        ["use a device that it has made", "mknod evil c 1 1 && head -c 1 evil"],
        ["write a cgroup", WRITE_CGROUP],
        ["read the file system of the first process", "ls /proc/1/root/"],
      ];
      for (const networks of [["blue"], []]) {
        const script = [
          TRY,
          ...attempts.map(([what, command]) => `try '${what}' '${command.replaceAll("'", "'\\''")}'`),
        ].join("\n");
        const { stdout } = await cluster.finish(shellTask(`root-${networks.length}`, script, { networks }));
        assert.deepEqual(
          stdout.trim().split("\n"),
          attempts.map(([what]) => `${what}: no`),
        );
      }
    },
  );

  await t.test("a task reaches its own sandbox by its path, whoever it runs as", async () => {
    for (const user of ["nobody", "root"]) {
      const value = 'touch "$MESOS_SANDBOX/mine" && ls "$MESOS_SANDBOX"';
      const { stdout, stderr } = await cluster.finish(shellTask(`own-${user}`, "", { command: { user, value } }));
      assert.deepEqual([stdout, stderr], ["mine\nstderr\nstdout\n", ""]);
    }
  });

  await t.test("nothing of the agent is open in a task, and no capability can come by a program", async () => {
    for (const user of ["nobody", "root"]) {
      for (const networks of [["blue"], []]) {
        const value =
          "for fd in /proc/self/fd/*; do readlink $fd || true; done; grep -E '^(CapInh|CapAmb|CapBnd)' /proc/self/status";
        const id = `open-${user}-${networks.length}`;
        const { stdout, status } = await cluster.finish(shellTask(id, "", { networks, command: { user, value } }));
        const run = cluster.sandbox(status).replace(/latest$/, status.containerStatus!.containerId!.value);
        const lines = stdout.trim().split("\n");
        const open = lines.filter((line) => line.startsWith("/") && !line.startsWith("/proc/"));
        assert.deepEqual([...new Set(open)].sort(), ["/dev/null", join(run, "stderr"), join(run, "stdout")].sort());
        assert.deepEqual(
          lines.filter((line) => /^(pipe|socket|anon_inode):/.test(line)),
          [],
        );
        assert.match(stdout, /^CapInh:\s+0+$/m);
        assert.match(stdout, /^CapAmb:\s+0+$/m);
        const bounding = BigInt(`0x${/^CapBnd:\s+(\w+)$/m.exec(stdout)![1]}`);
        for (const forbidden of [12n, 13n, 16n, 19n, 21n])
          assert.equal(bounding & (1n << forbidden), 0n, String(forbidden));
      }
    }
  });

  await t.test("directories and files have the modes that this rests on", () => {
    const modes = (path: string) => (statSync(path).mode & 0o7777).toString(8);
    for (const [path, mode] of [
      [workspace.path("work"), "755"],
      [workspace.path("work/meta"), "700"],
      [workspace.path("work/master"), "700"],
      [workspace.runtimeDir, "755"],
      [join(workspace.runtimeDir, "containers"), "700"],
      [containers, "700"],
      [join(containers, "config.json"), "600"],
      [workspace.cniPath(victim.containerId, "blue/network.conf"), "600"],
      [workspace.cniPath(victim.containerId, "blue/eth0/network.info"), "600"],
      [sandbox, "750"],
    ] as const) {
      assert.equal(modes(path), mode, path);
    }
    for (const directory of ["work", "work/meta", "work/master", "run"].map((name) => workspace.path(name))) {
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isFile()) assert.equal(modes(join(directory, entry.name)), "600", join(directory, entry.name));
      }
    }
  });

  await t.test("a secret variable is in no answer, no log and no file that others can read", async () => {
    for (const port of [5050, 5051]) {
      for (const path of ["/state", "/tasks", "/frameworks", "/containers", "/flags"]) {
        const text = await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
        assert.ok(!text.includes(SECRET), `${port}${path}`);
      }
      for (const type of ["GET_STATE", "GET_TASKS", "GET_EXECUTORS", "GET_CONTAINERS"]) {
        const headers = { "Content-Type": "application/json" };
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1`, {
          method: "POST",
          headers,
          body: JSON.stringify({ type }),
        });
        assert.ok(!(await answer.text()).includes(SECRET), `${port} ${type}`);
      }
    }
    for (const pidName of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      let argv = "";
      try {
        argv = readFileSync(`/proc/${pidName}/cmdline`, "utf8");
      } catch {
        // it has ended
      }
      assert.ok(!argv.includes(SECRET), argv);
    }
  });

  await cluster.kill("victim");
});
