import type { Stats } from "node:fs";
import { lstat, opendir, readFile } from "node:fs/promises";
import type { FileInfo } from "@fairlead/mesos-api";
import { MAX_LISTED_FILES } from "../limits.ts";
import type { AttachedPath } from "./attached-paths.ts";
import { type OwnerNames, parseNames, toFileInfo } from "./file-info.ts";
import { type FileProblem, isProblem, useInside } from "./open-inside.ts";

/**
 * What lies in a directory of a sandbox, sorted by name, each with its path below `requested`; nothing for what is no directory.
 *
 * A link shows as what it leads to, as in Mesos, unless that lies outside the sandbox: then it shows as a link.
 */
export function listDirectory({ root, rest }: AttachedPath, requested: string): Promise<FileInfo[] | FileProblem> {
  return useInside(root, rest, async ({ stats, path }) => {
    if (!stats.isDirectory()) return [];
    const owners = await readOwners();
    const infos: FileInfo[] = [];
    for (const name of await names(path)) {
      const shown = await statOf(root, rest === "" ? name : `${rest}/${name}`, `${path}/${name}`);
      if (shown !== undefined) infos.push(toFileInfo(`${requested.replace(/\/$/, "")}/${name}`, shown, owners));
    }
    return infos;
  });
}

/** Undefined for what has gone since it was listed. */
async function statOf(root: string, rest: string, path: string): Promise<Stats | undefined> {
  const own = await lstat(path).catch(() => undefined);
  if (own === undefined || !own.isSymbolicLink()) return own;
  const target = await useInside(root, rest, async ({ stats }) => stats);
  return isProblem(target) ? own : target;
}

async function names(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of await opendir(directory)) {
    if (found.push(name) === MAX_LISTED_FILES) break;
  }
  return found.sort();
}

async function readOwners(): Promise<OwnerNames> {
  const [users, groups] = await Promise.all(
    ["/etc/passwd", "/etc/group"].map(async (file) => parseNames(await readFile(file, "utf8").catch(() => ""))),
  );
  return { users: users ?? new Map(), groups: groups ?? new Map() };
}
