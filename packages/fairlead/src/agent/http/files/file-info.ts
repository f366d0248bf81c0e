import type { Stats } from "node:fs";
import { create, type FileInfo, FileInfoSchema, msToNanoseconds, v0 } from "@fairlead/mesos-api";

/** Names of users and groups by number; a number without a name stands for itself. */
export interface OwnerNames {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

export function toFileInfo(path: string, stats: Stats, names: OwnerNames): FileInfo {
  return create(FileInfoSchema, {
    path,
    nlink: stats.nlink,
    size: BigInt(stats.size),
    mtime: { nanoseconds: msToNanoseconds(stats.mtimeMs) },
    mode: stats.mode,
    uid: names.users.get(stats.uid) ?? String(stats.uid),
    gid: names.groups.get(stats.gid) ?? String(stats.gid),
  });
}

/** A file as `/files/browse` lists it. */
export function writeFileInfo(info: FileInfo): string {
  return v0.jsonObject([
    ["path", v0.jsonString(info.path)],
    ["nlink", String(info.nlink)],
    ["size", String(info.size)],
    ["mtime", v0.jsonDouble(Number((info.mtime?.nanoseconds ?? 0n) / 1_000_000n) / 1000)],
    ["mode", v0.jsonString(modeText(info.mode))],
    ["uid", v0.jsonString(info.uid)],
    ["gid", v0.jsonString(info.gid)],
  ]);
}

/** S_IFMT and its values. */
const TYPE_MASK = 0o170000;
const TYPES: ReadonlyMap<number, string> = new Map([
  [0o040000, "d"],
  [0o020000, "c"],
  [0o060000, "b"],
  [0o010000, "p"],
  [0o120000, "l"],
  [0o140000, "s"],
]);

/** `drwxr-x---` */
export function modeText(mode: number): string {
  const bits = Array.from({ length: 9 }, (_, i) => ((mode >> (8 - i)) & 1 ? "rwx"[i % 3] : "-"));
  return (TYPES.get(mode & TYPE_MASK) ?? "-") + bits.join("");
}

/** Parses what `/etc/passwd` and `/etc/group` have in common: name, password, number. The first name of a number counts. */
export function parseNames(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [name, , number] = line.split(":");
    if (name && number && /^\d+$/.test(number) && !names.has(Number(number))) names.set(Number(number), name);
  }
  return names;
}
