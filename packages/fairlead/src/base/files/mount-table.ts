import { readFileSync } from "node:fs";
import { type FileHandle, readFile } from "node:fs/promises";

/** One mount of this process's mount namespace. */
export interface MountEntry {
  readonly id: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The directory of the file system that is mounted. */
  readonly root: string;
  /** Where it is mounted. */
  readonly target: string;
  readonly type: string;
  /** What was mounted, as it was named: `/dev/vda`, `tmpfs`. */
  readonly source: string;
  /** Of the file system, not of this mount of it: the controllers of a cgroup hierarchy stand here. */
  readonly superOptions: readonly string[];
  /** Set for a shared mount: events travel between the mounts of one group. */
  readonly peerGroup?: number;
}

/** The mounts of this process's mount namespace, in the order in which the kernel lists them. */
export async function readMountTable(): Promise<MountEntry[]> {
  return parseMountTable(await readFile("/proc/self/mountinfo", "utf8"));
}

/** Reads the text of `/proc/self/mountinfo`; lines that are none are left out. Source: proc_pid_mountinfo(5). */
export function parseMountTable(text: string): MountEntry[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    // between the options and the type stands a number of optional fields, then a hyphen
    const hyphen = fields.indexOf("-", 6);
    const [id, , device, root, target] = fields;
    const [type, source, superOptions = ""] = fields.slice(hyphen + 1);
    if (hyphen < 0 || device === undefined || root === undefined || target === undefined) return [];
    if (type === undefined || source === undefined) return [];
    const shared = fields.slice(6, hyphen).find((field) => field.startsWith("shared:"));
    return {
      id: Number(id),
      device,
      root: unescapeOctal(root),
      target: unescapeOctal(target),
      type,
      source: unescapeOctal(source),
      superOptions: superOptions.split(","),
      ...(shared === undefined ? {} : { peerGroup: Number(shared.slice("shared:".length)) }),
    };
  });
}

/** The mount on which an open file lies: two mounts of one file system differ here, although their device is the same. */
export function mountIdOf(handle: FileHandle): number {
  // the kernel writes it from memory: waiting for a thread would take longer
  const info = readFileSync(`/proc/self/fdinfo/${handle.fd}`, "utf8");
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  if (id === undefined) throw new Error("the kernel does not tell the mount of an open file");
  return Number(id);
}

/** Whether an absolute, normalised path is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

/** Space, tab, line end, backslash and number sign are written as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
