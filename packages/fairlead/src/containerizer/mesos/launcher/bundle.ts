import type { OciMount } from "../isolator.ts";
import type { MergedLaunchInfo } from "../launch-info.ts";
import { capabilitiesFor } from "./capabilities.ts";

/** Who a command runs as. */
export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** Everything a bundle is made from. */
export interface BundleInput {
  readonly rootfs: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: ProcessUser;
  /** Absolute within each hierarchy. */
  readonly cgroupsPath: string;
  readonly launchInfo: MergedLaunchInfo;
  /** Programs whose file capabilities are switched off, see {@link findPingPrograms}. */
  readonly withoutFileCapabilities: readonly string[];
  /** Whether the host has a socket for syslog. */
  readonly hasSyslog: boolean;
}

/**
 * The OCI bundle's `config.json` of a container on the host's file system: `/` of the host is its root, with own `/dev`, `/proc` and `/sys`.
 *
 * Source: OCI runtime specification 1.0.2, config.md and config-linux.md.
 */
export function toBundleConfig(input: BundleInput): string {
  const { launchInfo, user } = input;
  const ownNetwork = launchInfo.namespaces.some(({ type }) => type === "network");
  const config = {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: user.uid, gid: user.gid, additionalGids: user.groups },
      args: [...launchInfo.argvPrefix, ...input.args],
      env: Object.entries(input.environment).map(([name, value]) => `${name}=${value}`),
      cwd: input.cwd,
      capabilities: capabilitiesFor(user.uid),
      rlimits: launchInfo.rlimits.map(({ type, soft, hard }) => ({ type, soft: exact(soft), hard: exact(hard) })),
    },
    root: { path: input.rootfs, readonly: false },
    ...(launchInfo.hostname !== undefined && { hostname: launchInfo.hostname }),
    mounts: [
      ...kernelMounts(ownNetwork),
      ...(input.hasSyslog ? [bind("/dev/log", [])] : []),
      ...input.withoutFileCapabilities.map((program) => bind(program, ["nosuid"])),
      ...launchInfo.mounts,
    ],
    linux: {
      cgroupsPath: input.cgroupsPath,
      namespaces: [{ type: "mount" }, ...launchInfo.namespaces],
      // what the host unmounts must go here too: a pin of a network namespace that stayed would keep the namespace alive
      rootfsPropagation: "rslave",
      resources: { ...launchInfo.resources, devices: [{ allow: false, access: "rwm" }] },
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** JSON.rawJSON (V8 11.4) is not in TypeScript's library yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A JSON number that a double cannot hold. */
function exact(value: bigint): unknown {
  return rawJSON(value.toString());
}

function bind(path: string, options: readonly string[]): OciMount {
  return { destination: path, type: "bind", source: path, options: ["bind", ...options] };
}

function kernelMounts(ownNetwork: boolean): OciMount[] {
  const restricted = ["nosuid", "noexec", "nodev"];
  return [
    { destination: "/proc", type: "proc", source: "proc", options: restricted },
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    },
    { destination: "/dev/shm", type: "tmpfs", source: "shm", options: [...restricted, "mode=1777"] },
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: restricted },
    ownNetwork
      ? { destination: "/sys", type: "sysfs", source: "sysfs", options: [...restricted, "ro"] }
      : // the kernel refuses to mount the same sysfs over itself; without "rbind" what is mounted below it stays outside
        { destination: "/sys", type: "bind", source: "/sys", options: ["bind", ...restricted, "ro"] },
    { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: [...restricted, "relatime", "ro"] },
  ];
}

/** What OCI engines hide: of the whole machine, and of no use to a task. */
const MASKED_PATHS = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/firmware",
];

const READONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
