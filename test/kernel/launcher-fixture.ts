import { randomUUID } from "node:crypto";
import { chown, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  CommandInfoSchema,
  type ContainerId,
  create,
  type MessageInitShape,
  parseContainerId,
  type Resource,
  ResourceSchema,
  Value_Type,
} from "@fairlead/mesos-api";
import { createLogger } from "fairlead/base/log.ts";
import type { ContainerConfig, Containerizer } from "fairlead/containerizer/containerizer.ts";
import {
  createMesosContainerizer,
  type MesosContainerizerOptions,
} from "fairlead/containerizer/mesos/create-mesos-containerizer.ts";

/** Both runtimes that are supported: every test of the launcher runs with each. */
export const RUNTIMES = ["crun", "runc"] as const;

const HIERARCHY = "/sys/fs/cgroup";

/** What one test works with; all of it is gone when the test has ended, however it ends. */
export interface Fixture {
  readonly containerizer: Containerizer;
  readonly directory: string;
  readonly runtimeDir: string;
  readonly cgroupsRoot: string;
  /** A second containerizer over the same files, as after a restart of the agent; the first one is closed. */
  restart(options?: Partial<MesosContainerizerOptions>): Promise<Containerizer>;
  /** The config of a new container with a sandbox of its own. */
  config(
    command: string | MessageInitShape<typeof CommandInfoSchema>,
    more?: Partial<ContainerConfig>,
  ): Promise<ContainerConfig>;
  /** Launches and starts. */
  run(command: Parameters<Fixture["config"]>[0], more?: Partial<ContainerConfig>): Promise<ContainerConfig>;
  /** Launches, starts, waits for the end, destroys; resolves with the wait status and the output. */
  runToEnd(
    command: Parameters<Fixture["config"]>[0],
    more?: Partial<ContainerConfig>,
  ): Promise<{ status: number | undefined; stdout: string; stderr: string }>;
}

/** Cleans up in reverse order; node:test would go forward, and take away what containers still stand on. */
export function lastFirst(t: TestContext): TestContext {
  const cleanUps: (() => unknown)[] = [];
  t.after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });
  // fixtures use nothing else of it
  return { after: (cleanUp: () => unknown) => void cleanUps.push(cleanUp) } as unknown as TestContext;
}

export async function launcherFixture(
  t: TestContext,
  options: Partial<MesosContainerizerOptions> = {},
): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), "fairlead-launcher-"));
  const cgroupsRoot = `fairlead-launcher-${randomUUID()}`;
  const runtimeDir = join(directory, "run");
  const log = createLogger({ level: process.env.FAIRLEAD_TEST_LOG === undefined ? "silent" : "debug", name: "test" });
  const make = (more: Partial<MesosContainerizerOptions>) =>
    createMesosContainerizer({ runtimeDir, cgroupsRoot, log, ...options, ...more });
  let current = await make({}).catch(async (error) => {
    await rm(directory, { recursive: true });
    throw error;
  });
  t.after(async () => {
    await current.close();
    // whatever the test has left is taken down as an orphan
    const last = await make({});
    await last.recover([]);
    await last.close();
    await rm(directory, { recursive: true });
    const left = await leftBehind(cgroupsRoot);
    if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  });

  const config: Fixture["config"] = async (command, more) => {
    const containerId = parseContainerId(randomUUID());
    const sandbox = join(directory, "sandboxes", containerId);
    await mkdir(sandbox, { recursive: true, mode: 0o750 });
    return {
      containerId,
      command: create(CommandInfoSchema, typeof command === "string" ? { value: command } : command),
      resources: [scalar("cpus", 0.5), scalar("mem", 64)],
      limits: {},
      directory: sandbox,
      environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      ...more,
    };
  };
  const run: Fixture["run"] = async (command, more) => {
    const made = await config(command, more);
    await current.launch(made);
    await current.start(made.containerId);
    return made;
  };
  return {
    get containerizer() {
      return current;
    },
    directory,
    runtimeDir,
    cgroupsRoot,
    config,
    run,
    async restart(more = {}) {
      await current.close();
      current = await make(more);
      return current;
    },
    async runToEnd(command, more) {
      const made = await run(command, more);
      const { status } = await current.wait(made.containerId);
      await current.destroy(made.containerId);
      return { status, ...(await outputOf(made)) };
    },
  };
}

export function scalar(name: string, value: number): Resource {
  return create(ResourceSchema, { name, type: Value_Type.SCALAR, scalar: { value } });
}

export async function outputOf({ directory }: ContainerConfig): Promise<{ stdout: string; stderr: string }> {
  const [stdout, stderr] = await Promise.all(
    ["stdout", "stderr"].map((name) => readFile(join(directory, name), "utf8")),
  );
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** Gives a sandbox to a user, as the agent does. */
export async function giveTo(uid: number, gid: number, { directory }: ContainerConfig): Promise<void> {
  await chown(directory, uid, gid);
}

/** Looks again until `condition` holds; for what the kernel does in its own time. Fails with the test's own timeout. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function readCgroup(
  root: string,
  containerId: ContainerId,
  controller: string,
  file: string,
): Promise<string> {
  return (await readFile(join(HIERARCHY, controller, root, containerId, file), "utf8")).trim();
}

/** Cgroups of a test, in every hierarchy. */
export async function leftBehind(root: string): Promise<readonly string[]> {
  const hierarchies = (await readdir(HIERARCHY)).map((name) => join(HIERARCHY, name, root));
  const found = await Promise.all(
    hierarchies.map((path) =>
      readdir(path).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return found.filter((path) => path !== undefined);
}
