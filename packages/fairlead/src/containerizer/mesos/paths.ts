import { join } from "node:path";
import type { ContainerId } from "@fairlead/mesos-api";

/**
 * Where the Mesos containerizer keeps its files. Everything lies below `--runtime_dir`, which is lost at reboot, as the containers are.
 *
 * ```
 * <runtime_dir>/
 *   containers/                   0700
 *     <container id>/             0700: the environment may hold secrets
 *       config.json               the record: all of ContainerConfig; written first, removed last
 *       pid                       who the first process and its conmon are, and the runtime; written last: then the launch is complete
 *       launch.log                what was said by the commands that set up the private mounts
 *       runtime.log               JSON lines of the OCI runtime
 *       runtime/                  state directory of the OCI runtime (`--root`)
 *       bundle/
 *         config.json             OCI runtime specification
 *         rootfs/                 empty; `/` is bound here in the private mount namespace of conmon, nowhere else
 *       init.pid                  number of the first process, by the runtime for conmon
 *       oom                       by conmon, when the kernel told of memory that ran out
 *       exit/
 *         <container id>          exit status as text, by conmon
 * ```
 */
export interface ContainerPaths {
  readonly directory: string;
  readonly config: string;
  readonly pid: string;
  readonly launchLog: string;
  readonly runtimeLog: string;
  readonly runtimeState: string;
  readonly bundle: string;
  readonly bundleConfig: string;
  readonly rootfs: string;
  readonly exitDirectory: string;
  readonly initPid: string;
  readonly exitStatus: string;
  readonly oomNotice: string;
}

/** The directory whose entries are the containers of this agent. */
export function containersDirectory(runtimeDir: string): string {
  return join(runtimeDir, "containers");
}

export function containerPaths(runtimeDir: string, containerId: ContainerId): ContainerPaths {
  const directory = join(containersDirectory(runtimeDir), containerId);
  const bundle = join(directory, "bundle");
  const exitDirectory = join(directory, "exit");
  return {
    directory,
    config: join(directory, "config.json"),
    pid: join(directory, "pid"),
    launchLog: join(directory, "launch.log"),
    runtimeLog: join(directory, "runtime.log"),
    runtimeState: join(directory, "runtime"),
    bundle,
    bundleConfig: join(bundle, "config.json"),
    rootfs: join(bundle, "rootfs"),
    exitDirectory,
    initPid: join(directory, "init.pid"),
    exitStatus: join(exitDirectory, containerId),
    oomNotice: join(directory, "oom"),
  };
}
