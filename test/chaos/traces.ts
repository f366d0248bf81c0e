import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BUCKETS } from "fairlead/agent/checkpoint/checkpoint.ts";
import { checkpointPath } from "fairlead/agent/paths.ts";
import { firewallElements } from "../support/firewall-elements.ts";
import type { Workspace } from "../support/workspace.ts";

/** What containers leave on a machine, in the kernel and in the files of their agent. Lists are sorted, and name what it belongs to. */
export interface Traces {
  /** Entries of `<runtime_dir>/containers`. */
  readonly records: readonly string[];
  /** Entries of `<runtime_dir>/isolators/network/cni`. */
  readonly attachments: readonly string[];
  /** Mount points below the directory of the test, but for that of network/cni itself, and for small disks that tests mount there. */
  readonly mounts: readonly string[];
  /** How many veth interfaces here have their peer in another namespace. */
  readonly links: number;
  /** What host-local has given away: `<network>/<address> <container id>`. */
  readonly addresses: readonly string[];
  /** Rules and elements of the firewall, of IPv4 and IPv6. Bridges and the chains of plugins stay by design. */
  readonly rules: readonly string[];
  /** `task <container id>`, `conmon <container id>`, … */
  readonly processes: readonly string[];
  /** `<hierarchy>/<container id>` */
  readonly cgroups: readonly string[];
  /** Container ids of the tasks in the agent's checkpoint. */
  readonly checkpointed: readonly string[];
}

const CONTAINER_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

export function lookForTraces(workspace: Workspace): Traces {
  return {
    records: namesIn(join(workspace.runtimeDir, "containers")),
    attachments: namesIn(workspace.cniPath("")),
    mounts: mountPoints(workspace.directory).filter((target) => target !== workspace.cniPath("")),
    links: vethsToElsewhere(),
    addresses: takenAddresses(workspace.addressDir),
    rules: firewallRules(),
    processes: processes(workspace.directory),
    cgroups: cgroups(workspace.cgroupsRoot),
    checkpointed: checkpointedContainers(workspace.path("agent")),
  };
}

/** The containers that rules of the firewall speak of: by their id, or by an address, which is given as it is where nobody has it. */
export function containersInRules({ rules, addresses }: Traces): string[] {
  const owners = new Map(addresses.map((line) => line.split(/[/ ]/).slice(1) as [string, string]));
  const found = rules.flatMap((rule) => [
    ...[...rule.matchAll(new RegExp(`(?:id: \\\\?"|^element .* )(${CONTAINER_ID})`, "g"))].map((match) => match[1]!),
    ...[...rule.matchAll(/(?:-[sd]|--to-destination) ([0-9.]+)(?:\/32|:)/g)]
      .map((match) => match[1]!)
      .filter((address) => !address.startsWith("127."))
      .map((address) => owners.get(address) ?? address),
  ]);
  return [...new Set(found)].toSorted();
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).toSorted() : [];
}

function mountPoints(below: string): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines
    .filter((line) => !line.includes(" - tmpfs "))
    .map((line) => line.split(" ")[4] ?? "")
    .filter((target) => target.startsWith(`${below}/`))
    .toSorted();
}

function vethsToElsewhere(): number {
  const links = execFileSync("ip", ["-oneline", "link", "show", "type", "veth"], { encoding: "utf8" });
  // those that are made beforehand belong to no container, and to the process alone
  return links.split("\n").filter((line) => / link-netnsid \d/.test(line) && !/ spare/.test(line)).length;
}

function takenAddresses(directory: string): string[] {
  const files = existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: "utf8" }) : [];
  return files
    .filter((file) => /\/[\d.]+$/.test(file))
    .map((file) => `${file} ${readFileSync(join(directory, file), "utf8").split(/\r?\n/)[0]}`)
    .toSorted();
}

function firewallRules(): string[] {
  const saved = ["iptables-save", "ip6tables-save"].map((command) => execFileSync(command, { encoding: "utf8" }));
  const rules = saved.flatMap((text) => text.split("\n")).filter((line) => line.startsWith("-A"));
  return [...rules, ...firewallElements()].toSorted();
}

/** All processes that belong to containers of the test, or that hold its directory for whatever reason; servers left out. */
function processes(directory: string): string[] {
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => describeProcess(pid, directory) ?? []);
  return [...new Set(found)].toSorted();
}

function describeProcess(pid: string, directory: string): string | undefined {
  const argv = readProc(pid, "cmdline").split("\0");
  const environ = readProc(pid, "environ").split("\0");
  const sandbox = environ.find((variable) => variable.startsWith(`MESOS_SANDBOX=${directory}/`));
  if (sandbox !== undefined) return `task ${idIn("runs", sandbox)}`;
  if (environ.some((variable) => variable.startsWith(`CNI_NETNS=${directory}/`))) {
    return `plugin ${environ.find((variable) => variable.startsWith("CNI_CONTAINERID="))?.split("=")[1]}`;
  }
  const mark = argv.find((argument) => argument.includes(directory));
  if (mark === undefined || argv.some((argument) => argument.endsWith("/cli/main.js"))) return undefined;
  return `${basename(argv[0] ?? "")} ${idIn("containers", mark)}`;
}

function idIn(folder: string, path: string): string {
  return new RegExp(`/${folder}/(${CONTAINER_ID})`).exec(path)?.[1] ?? path;
}

/** Empty for a process that has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

function cgroups(root: string): string[] {
  const hierarchies = readdirSync("/sys/fs/cgroup", { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ["", ...hierarchies.map(({ name }) => name)]
    .flatMap((hierarchy) => {
      const directory = join("/sys/fs/cgroup", hierarchy, root);
      if (!existsSync(directory)) return [];
      const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return entries.map(({ name }) => join(hierarchy, name));
    })
    .toSorted();
}

/** Read from a copy: the agent has the database for itself. */
function checkpointedContainers(workDir: string): string[] {
  const database = checkpointPath(workDir);
  if (!existsSync(database)) return [];
  const copies = mkdtempSync(join(tmpdir(), "fairlead-checkpoint-"));
  const copy = join(copies, "agent.db");
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
    }
    const opened = new DatabaseSync(copy);
    const rows = opened.prepare("SELECT key FROM entries WHERE bucket = ?").all(BUCKETS.tasks);
    opened.close();
    return rows.map(({ key }) => String(key).split("/")[2] ?? "").toSorted();
  } finally {
    rmSync(copies, { recursive: true });
  }
}
