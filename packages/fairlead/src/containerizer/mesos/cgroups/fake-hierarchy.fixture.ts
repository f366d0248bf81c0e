import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { systemClock } from "../../../base/clock.ts";
import { ContainerCgroup } from "./container-cgroup.ts";
import type { CgroupLayout } from "./layout.ts";

/** Plain files in the place of the kernel's: what is read there, and what was written. */
export interface FakeHierarchy {
  readonly cgroup: ContainerCgroup;
  readonly layout: CgroupLayout;
  /** Path of a file of the container's cgroup. */
  path(controller: string, file: string): string;
}

export const FAKE_ID = parseContainerId("c1");

/** A container's cgroup of version 2, with these files. */
export async function unifiedHierarchy(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<FakeHierarchy> {
  const root = await temporaryRoot(t);
  const controllers = new Map(["cpu", "memory", "pids"].map((name) => [name, root]));
  const layout: CgroupLayout = { mode: "v2", controllers, mounts: [root], unified: root };
  return await withFiles(layout, (_, file) => join(root, "mesos", FAKE_ID, file), { unified: files });
}

/** A container's cgroups of version 1: the files by controller. */
export async function separateHierarchies(
  t: TestContext,
  files: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<FakeHierarchy> {
  const root = await temporaryRoot(t);
  const controllers = new Map(Object.keys(files).map((name) => [name, join(root, name)]));
  const layout: CgroupLayout = { mode: "v1", controllers, mounts: [...controllers.values()] };
  return await withFiles(layout, (controller, file) => join(root, controller, "mesos", FAKE_ID, file), files);
}

async function withFiles(
  layout: CgroupLayout,
  path: FakeHierarchy["path"],
  files: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<FakeHierarchy> {
  for (const [controller, contents] of Object.entries(files)) {
    await mkdir(dirname(path(controller, "x")), { recursive: true });
    for (const [file, text] of Object.entries(contents)) {
      await writeFile(path(controller, file), text);
    }
  }
  return { cgroup: new ContainerCgroup(layout, "mesos", FAKE_ID, systemClock), layout, path };
}

async function temporaryRoot(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "fairlead-cgroup-"));
  t.after(() => rm(root, { recursive: true }));
  return root;
}
