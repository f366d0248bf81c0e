import { realpath } from "node:fs/promises";
import { join } from "node:path";

const DIRECTORIES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];

/** Programs that work without raw sockets where the kernel lets them (`ping_group_range`). */
const PROGRAMS = ["ping", "ping4", "ping6", "fping", "fping6"];

/**
 * The ping programs of this machine, which are mounted over themselves with `nosuid` in every container.
 *
 * Distributions give them the file capability CAP_NET_RAW, effective; the bounding set of a container lacks it, and the kernel refuses (EPERM)
 * to execute a file that cannot get its effective capabilities. On a nosuid mount it ignores them, and ping takes an unprivileged socket.
 */
export async function findPingPrograms(directories: readonly string[] = DIRECTORIES): Promise<readonly string[]> {
  const candidates = directories.flatMap((directory) => PROGRAMS.map((program) => join(directory, program)));
  const found = await Promise.all(candidates.map((path) => realpath(path).catch(() => undefined)));
  return [...new Set(found.filter((path) => path !== undefined))];
}
