import { constants, readFile, writeFile } from "node:fs/promises";
import { isMissing } from "../missing.ts";

/** The text of a cgroup's file; undefined if the cgroup or the file does not exist (any more). */
export async function readCgroupFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

/** The number in a cgroup's file; undefined if there is no such file, or its value is `max`. */
export async function readCgroupNumber(path: string): Promise<number | undefined> {
  const text = (await readCgroupFile(path))?.trim();
  return text === undefined || text === "" || text === "max" ? undefined : Number(text);
}

/** The fields of a cgroup's file of the form `name number`, one a line; empty if there is no such file. */
export async function readFlatKeyed(path: string): Promise<ReadonlyMap<string, number>> {
  const text = (await readCgroupFile(path)) ?? "";
  return new Map(
    text
      .split("\n")
      .map((line) => line.split(" "))
      .filter((parts): parts is [string, string] => parts.length === 2)
      .map(([name, value]) => [name, Number(value)]),
  );
}

/** Writes a cgroup's file; returns false if the cgroup or the file does not exist (any more). */
export async function writeCgroupFile(path: string, value: string): Promise<boolean> {
  try {
    // no O_CREAT: the kernel answers EACCES for a file that it does not know, which would hide that the cgroup is gone
    await writeFile(path, value, { flag: constants.O_WRONLY });
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}
