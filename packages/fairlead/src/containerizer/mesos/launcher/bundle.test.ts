import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerLaunchInfo } from "../isolator.ts";
import { mergeLaunchInfos } from "../launch-info.ts";
import { type BundleInput, toBundleConfig } from "./bundle.ts";

function bundle(info: ContainerLaunchInfo = {}, more: Partial<BundleInput> = {}) {
  const text = toBundleConfig({
    rootfs: "/run/c/bundle/rootfs",
    args: ["/bin/true"],
    environment: { A: "b" },
    cwd: "/sandbox",
    user: { uid: 1000, gid: 100, groups: [100, 7] },
    cgroupsPath: "/mesos/c",
    launchInfo: mergeLaunchInfos([info]),
    withoutFileCapabilities: [],
    hasSyslog: false,
    ...more,
  });
  return { text, config: JSON.parse(text) };
}

test("the process is what was asked for", () => {
  const { process } = bundle({ argvPrefix: ["/usr/bin/tini", "--"] }).config;
  assert.deepEqual(process.args, ["/usr/bin/tini", "--", "/bin/true"]);
  assert.deepEqual(process.env, ["A=b"]);
  assert.deepEqual(process.user, { uid: 1000, gid: 100, additionalGids: [100, 7] });
  assert.equal(process.cwd, "/sandbox");
  assert.equal(process.oomScoreAdj, undefined);
});

test("root has the reduced capabilities, another user can at most get them back", () => {
  const { bounding, effective, permitted, inheritable, ambient } = bundle().config.process.capabilities;
  assert.deepEqual([effective, permitted, inheritable, ambient], [[], [], [], []]);
  const root = bundle({}, { user: { uid: 0, gid: 0, groups: [] } }).config.process.capabilities;
  assert.deepEqual(root.effective, bounding);
  assert.deepEqual(root.ambient, []);
  for (const never of ["CAP_NET_RAW", "CAP_NET_ADMIN", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]) {
    assert.ok(!bounding.includes(never), never);
  }
});

test("namespaces, host name and limits come from the isolators", () => {
  const { config } = bundle({
    namespaces: [{ type: "network", path: "/pin" }, { type: "uts" }],
    hostname: "h",
    resources: { pids: { limit: 5 } },
  });
  assert.deepEqual(config.linux.namespaces, [{ type: "mount" }, { type: "network", path: "/pin" }, { type: "uts" }]);
  assert.equal(config.hostname, "h");
  assert.deepEqual(config.linux.resources, { pids: { limit: 5 }, devices: [{ allow: false, access: "rwm" }] });
});

test("no host name of its own without an isolator that says so", () => {
  assert.ok(!("hostname" in bundle().config));
});

test("/sys is new in an own network, and the host's, read only, without one", () => {
  const sysOf = (info: ContainerLaunchInfo) =>
    bundle(info).config.mounts.find((mount: { destination: string }) => mount.destination === "/sys");
  assert.equal(sysOf({ namespaces: [{ type: "network", path: "/pin" }] }).type, "sysfs");
  const shared = sysOf({});
  assert.equal(shared.type, "bind");
  assert.ok(shared.options.includes("ro") && !shared.options.includes("rbind"));
});

test("mounts of isolators come last, over everything of the bundle's own", () => {
  const mount = { destination: "/etc/hosts", type: "bind", source: "/x/hosts", options: ["bind"] };
  const { mounts } = bundle(
    { mounts: [mount] },
    { withoutFileCapabilities: ["/usr/bin/ping"], hasSyslog: true },
  ).config;
  assert.deepEqual(mounts.slice(-3), [
    { destination: "/dev/log", type: "bind", source: "/dev/log", options: ["bind"] },
    { destination: "/usr/bin/ping", type: "bind", source: "/usr/bin/ping", options: ["bind", "nosuid"] },
    mount,
  ]);
});

test("limits of 64 bits are written exactly", () => {
  const { text } = bundle({ rlimits: [{ type: "RLIMIT_CORE", soft: 0n, hard: 0xffff_ffff_ffff_ffffn }] });
  assert.match(text, /"hard": 18446744073709551615/);
});
