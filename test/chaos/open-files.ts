import { readdirSync, readlinkSync } from "node:fs";

/** What a process has open, by kind; for files by name. Sorted. */
export function openFiles(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory)
    .flatMap((fd) => target(`${directory}/${fd}`) ?? [])
    .map((name) => name.replace(/:\[\d+\]$/, ""))
    .toSorted();
}

/** Undefined where it was closed in between. */
function target(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
