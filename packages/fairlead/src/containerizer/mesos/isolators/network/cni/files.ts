import { readdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";

export async function writeFileAtomic(path: string, data: string, options: { mode: number }): Promise<void> {
  await writeFile(`${path}.tmp`, data, options);
  await rename(`${path}.tmp`, path);
}

export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  return await absent(readFile(path));
}

export async function removeIfPresent(path: string): Promise<void> {
  await absent(unlink(path));
}

export async function directoriesIn(path: string): Promise<string[] | undefined> {
  const entries = await absent(readdir(path, { withFileTypes: true }));
  return entries?.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function absent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
