import { readFile } from "node:fs/promises";

/** The id of this boot of the machine: another one means that no process and no namespace of before is left. */
export async function readBootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
