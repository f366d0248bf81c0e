import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { ContainerId } from "@fairlead/mesos-api";
import { type Clock, withDeadline } from "../../../base/clock.ts";
import { FairleadError } from "../../../base/errors.ts";
import { CREATE_TIMEOUT_MS, MAX_RUNTIME_OUTPUT_BYTES } from "../limits.ts";
import type { ContainerPaths } from "../paths.ts";
import { inPrivateMounts } from "./private-mounts.ts";
import { type ProcessIdentity, readProcess } from "./process-identity.ts";
import { quoteLaunchFailure } from "./runtime-log.ts";
import type { SandboxOutput } from "./sandbox-output.ts";

/** What helper programs find their own helpers with; nothing else of the agent's environment reaches them. */
export const HELPER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ConmonOptions {
  readonly containerId: ContainerId;
  readonly paths: ContainerPaths;
  readonly conmon: string;
  /** Path of the OCI runtime. */
  readonly runtime: string;
  readonly output: SandboxOutput;
  /** Mount point of cgroup version 2 beside version 1. */
  readonly unifiedCgroup?: string;
  readonly clock: Clock;
}

/** A created container: its command has not begun. */
export interface CreatedContainer {
  /** The first process, as the host numbers it. */
  readonly pid: number;
  readonly conmon: ProcessIdentity;
  /** Resolves when conmon has ended, for whatever reason. */
  readonly conmonEnded: Promise<void>;
}

/**
 * Starts a conmon that has the runtime create the container of the bundle, and waits until that is done.
 *
 * conmon stays: it is the parent of the container's first process, writes its exit status to a file, and outlives this process. It is started
 * with `--sync`, so that this process is its parent and reaps it. Errors: RUNTIME_FAILED, in the runtime's words. Whatever was begun when it
 * throws is for the caller to end.
 */
export async function createWithConmon(options: ConmonOptions): Promise<CreatedContainer> {
  const { paths, output, clock } = options;
  const launchLog = await open(paths.launchLog, "a", 0o600);
  let child: ReturnType<typeof spawn>;
  try {
    const [file, ...args] = inPrivateMounts(conmonArgv(options), {
      rootfs: paths.rootfs,
      ...(options.unifiedCgroup !== undefined && { unifiedCgroup: options.unifiedCgroup }),
    });
    child = spawn(file as string, args, {
      // conmon leaves the notice of an out-of-memory event in its working directory
      cwd: paths.directory,
      env: { PATH: HELPER_PATH, _OCI_SYNCPIPE: "3" },
      detached: true,
      stdio: ["ignore", output.stdout.fd, launchLog.fd, "pipe", output.stderr.fd],
    });
  } finally {
    await launchLog.close();
  }
  const conmonEnded = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  child.unref();
  const answer = await withDeadline(clock, CREATE_TIMEOUT_MS, readAnswer(child.stdio[3] as Readable), () =>
    failure(options, `it took longer than ${CREATE_TIMEOUT_MS / 1000} s`),
  ).finally(() => (child.stdio[3] as Readable).destroy());
  const pid = parseAnswer(answer);
  if (pid === undefined) {
    throw failure(options, await quoteLaunchFailure(paths));
  }
  // its parent has not reaped it yet, whatever happened to it
  const conmon = await readProcess(child.pid as number);
  return { pid, conmon: { pid: child.pid as number, startTime: conmon?.startTime ?? "" }, conmonEnded };
}

function conmonArgv({ containerId, paths, conmon, runtime }: ConmonOptions): string[] {
  const runtimeArgs = [`--root=${paths.runtimeState}`, `--log=${paths.runtimeLog}`, "--log-format=json"];
  return [
    conmon,
    "--sync",
    "--full-attach",
    ...["--cid", containerId, "--cuuid", containerId, "--name", containerId],
    ...["--runtime", runtime, ...runtimeArgs.flatMap((arg) => ["--runtime-arg", arg])],
    ...["--bundle", paths.bundle, "--container-pidfile", paths.initPid, "--exit-dir", paths.exitDirectory],
    // no copying: the container writes straight into the files of the sandbox
    ...["--log-path", "passthrough"],
  ];
}

/** The first line of the pipe; what there is of it when the pipe ends, or when it is longer than an answer can be. */
async function readAnswer(pipe: Readable): Promise<string> {
  let text = "";
  for await (const chunk of pipe) {
    text += String(chunk);
    if (text.includes("\n") || text.length > MAX_RUNTIME_OUTPUT_BYTES) break;
  }
  return text;
}

/** `{"pid": 123}` when the container is there; nothing, or a negative number, when it is not. */
function parseAnswer(text: string): number | undefined {
  const pid = /^\{\s*"pid":\s*(\d+)/.exec(text)?.[1];
  return pid === undefined || pid === "0" ? undefined : Number(pid);
}

function failure({ containerId, runtime }: ConmonOptions, text: string): FairleadError {
  return new FairleadError("RUNTIME_FAILED", `${runtime} could not create the container: ${text}`, {
    data: { containerId, runtime },
  });
}
