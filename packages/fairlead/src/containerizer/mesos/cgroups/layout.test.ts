import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCgroupLayout } from "./layout.ts";

const none = (): string => assert.fail("version 2 has no controllers here");

const V1 = `
22 27 0:21 / /proc rw,relatime - proc proc rw
28 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - tmpfs tmpfs rw,mode=755
29 28 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 master:2 - cgroup cgroup rw,cpu,cpuacct
32 28 0:32 / /sys/fs/cgroup/memory rw,relatime shared:11 - cgroup cgroup rw,memory
34 28 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
36 28 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
37 28 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/x,name=systemd
`;

test("version 1: controllers may share a hierarchy, named hierarchies have none", () => {
  const layout = parseCgroupLayout(V1, "/sys/fs/cgroup", none);
  assert.equal(layout.mode, "v1");
  assert.deepEqual([...layout.controllers.keys()], ["cpu", "cpuacct", "memory", "freezer", "pids"]);
  assert.equal(layout.controllers.get("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct");
  assert.equal(layout.mounts.length, 5);
  assert.equal(layout.unified, undefined);
});

test("hybrid: version 2 lies beside and gives no controllers", () => {
  const text = `${V1}38 28 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n`;
  const layout = parseCgroupLayout(text, "/sys/fs/cgroup", none);
  assert.equal(layout.mode, "hybrid");
  assert.equal(layout.unified, "/sys/fs/cgroup/unified");
  assert.ok(layout.mounts.includes("/sys/fs/cgroup/unified"));
});

test("version 2: one mount for all controllers", () => {
  const text = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
  const layout = parseCgroupLayout(text, "/sys/fs/cgroup", () => "cpuset cpu io memory hugetlb pids\n");
  assert.equal(layout.mode, "v2");
  assert.equal(layout.controllers.get("memory"), "/sys/fs/cgroup");
});

test("what is missing is named", () => {
  assert.throws(() => parseCgroupLayout("", "/sys/fs/cgroup", none), {
    code: "CGROUP_UNAVAILABLE",
    message: "no cgroup hierarchy is mounted below /sys/fs/cgroup",
  });
  assert.throws(() => parseCgroupLayout(V1.replaceAll("memory", "io"), "/sys/fs/cgroup", none), {
    message: "the cgroup controllers memory are missing below /sys/fs/cgroup",
  });
  assert.throws(() => parseCgroupLayout(V1, "/elsewhere", none), { code: "CGROUP_UNAVAILABLE" });
});

test("mount points with spaces", () => {
  const text = V1.replaceAll("/sys/fs/cgroup", "/my\\040cgroups");
  assert.equal(parseCgroupLayout(text, "/my cgroups", none).controllers.get("pids"), "/my cgroups/pids");
});
