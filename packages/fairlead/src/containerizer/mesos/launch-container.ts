import { access, mkdir, writeFile } from "node:fs/promises";
import { crashPoint } from "../../base/crash-points.ts";
import { FairleadError } from "../../base/errors.ts";
import { errorCode } from "../../base/files/error-code.ts";
import { writeFileAtomic } from "../../base/files/write-file-atomic.ts";
import type { ContainerConfig } from "../containerizer.ts";
import type { Container } from "./container.ts";
import { writeRecord } from "./container-record.ts";
import type { MergedLaunchInfo } from "./launch-info.ts";
import { type LaunchedProcess, writeLaunchedProcess } from "./launched-process.ts";
import { type ProcessUser, toBundleConfig } from "./launcher/bundle.ts";
import { commandLine } from "./launcher/command-line.ts";
import { containerEnvironment } from "./launcher/environment.ts";
import { findPingPrograms } from "./launcher/ping-programs.ts";
import { readProcess } from "./launcher/process-identity.ts";
import { openSandboxOutput, type SandboxOutput } from "./launcher/sandbox-output.ts";
import type { Parts } from "./parts.ts";
import { watchContainer } from "./watch-container.ts";

/**
 * Makes a container, up to the first instruction of its command.
 *
 * Undoes nothing by itself: whatever it throws, `destroyContainer` follows. Between two steps it looks whether the container is still wanted.
 * Errors: see Containerizer.launch.
 */
export async function launchContainer(parts: Parts, container: Container, config: ContainerConfig): Promise<void> {
  const { id, paths } = container;
  const args = commandLine(config.command);
  const user = config.user === undefined ? agentUser() : await parts.lookupUser(config.user);
  const proceed = () => throwIfDestroyed(container);

  await recordContainer(container, config);
  crashPoint("container-recorded");

  const launchInfo = await parts.pipeline.prepare(config, proceed);
  proceed();
  await writeBundle(container, config, user, args, launchInfo);
  crashPoint("bundle-written");

  const output = await openSandboxOutput(config.directory, user);
  const created = await createProcess(parts, container, output, proceed).finally(() => output.close());
  const launched = { ...created, isInit: launchInfo.argvPrefix.length > 0 };
  container.process = launched;
  crashPoint("container-created");

  await parts.pipeline.isolate(id, launched.init.pid);
  await writeFileAtomic(paths.pid, writeLaunchedProcess(launched), { mode: 0o600 });
  crashPoint("container-pid-stored");
  watchContainer(parts, container, launched);
  proceed();
}

/** The record is on disk before anything else is made, so that whatever is made is found again. */
async function recordContainer({ id, paths }: Container, config: ContainerConfig): Promise<void> {
  try {
    await mkdir(paths.directory, { mode: 0o700 });
  } catch (error) {
    throw errorCode(error) === "EEXIST"
      ? new FairleadError("CONTAINER_EXISTS", `Container ${id} already exists`, { data: { containerId: id } })
      : error;
  }
  await writeFileAtomic(paths.config, writeRecord(config), { mode: 0o600 });
}

async function writeBundle(
  { paths, cgroup }: Container,
  config: ContainerConfig,
  user: ProcessUser,
  args: readonly string[],
  launchInfo: MergedLaunchInfo,
): Promise<void> {
  for (const directory of [paths.bundle, paths.rootfs, paths.exitDirectory]) {
    await mkdir(directory, { mode: 0o700 });
  }
  const bundle = toBundleConfig({
    rootfs: paths.rootfs,
    args,
    environment: containerEnvironment(config, launchInfo),
    cwd: config.directory,
    user,
    cgroupsPath: cgroup.path,
    launchInfo,
    withoutFileCapabilities: await findPingPrograms(),
    hasSyslog: await exists("/dev/log"),
  });
  // a torn bundle is never read: a crash here leaves a launch that is taken down, not continued
  await writeFile(paths.bundleConfig, bundle, { mode: 0o600 });
}

async function createProcess(
  { launcher }: Parts,
  container: Container,
  output: SandboxOutput,
  proceed: () => void,
): Promise<Omit<LaunchedProcess, "isInit">> {
  const { id, paths } = container;
  const { pid, conmon, conmonEnded, runtime } = await launcher.create(id, paths, output, proceed);
  void conmonEnded.then(() => container.exitWatch?.look());
  const init = await readProcess(pid);
  if (init === undefined) {
    throw new FairleadError("RUNTIME_FAILED", `the first process of container ${id} has ended before its command`, {
      data: { containerId: id, pid },
    });
  }
  return { init: { pid, startTime: init.startTime }, conmon, runtime };
}

/** Who this process runs as. */
function agentUser(): ProcessUser {
  // on Linux they always exist
  const { getuid, getgid, getgroups } = process as Required<typeof process>;
  return { uid: getuid(), gid: getgid(), groups: getgroups() };
}

export function throwIfDestroyed({ id, destroyRequested }: Container): void {
  if (destroyRequested) {
    throw new FairleadError("CONTAINER_DESTROYED", "Container is being destroyed", { data: { containerId: id } });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
