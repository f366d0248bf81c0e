import { mkdir, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { crashPoint } from "../../../../../base/crash-points.ts";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import { errorCode } from "../../../../../base/files/error-code.ts";
import { expectSuccess } from "../../../../../base/run-command.ts";
import { MAX_RELEASE_ATTEMPTS } from "./limits.ts";

/**
 * Runs inside the new namespace, before any plugin: what interfaces are born with is read from `default` when they come.
 *
 * - no router advertisements and no redirects: whoever shares the link could take over the container's routes with them;
 * - no duplicate address detection: plugins wait for it 1.4 to 1.8 s (ptp with IPv6: 23 ms without), and addresses are given by IPAM;
 * - ping without CAP_NET_RAW: sockets of the ping group, for every group.
 */
const SETUP = `for conf in all default; do
  echo 0 >/proc/sys/net/ipv4/conf/$conf/accept_redirects
  [ ! -d /proc/sys/net/ipv6 ] || for key in accept_ra accept_redirects accept_dad; do
    echo 0 >/proc/sys/net/ipv6/conf/$conf/$key
  done
done
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range
ip link set lo up
`;

/**
 * Makes a network namespace and pins it at `path`, where it stays without any process in it, for `nsenter --net=<path>` and the plugins.
 *
 * `path` must not exist, nor its directory; that is made on a shared mount, so that the pin is seen, and its end too, in other mount namespaces.
 * Errors: NAMESPACE_FAILED; half-made state is for {@link releaseNamespace}.
 */
export async function createNamespace(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { mode: 0o755 });
    await writeFile(path, "", { flag: "wx", mode: 0o644 });
    crashPoint("netns-created");
    await expectSuccess(["unshare", `--net=${path}`, "--", "/bin/sh", "-e"], { stdin: SETUP });
    crashPoint("netns-pinned");
  } catch (cause) {
    throw failed(`Failed to make the network namespace ${path}`, path, cause);
  }
}

/** Whether a network namespace is pinned at `path`: not before it is made, and no longer after a reboot, when only the file is left. */
export async function isNamespacePinned(path: string): Promise<boolean> {
  try {
    const [pin, own] = await Promise.all([stat(path), stat("/proc/self/ns/net")]);
    return pin.dev === own.dev;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw failed(`Failed to look at the network namespace ${path}`, path, error);
  }
}

/**
 * Unpins the namespace and removes the file; idempotent, whatever half of it is there.
 *
 * The kernel frees the namespace and its interfaces a little later; to delete a veth by hand would wait for it. Removing the file matters as much
 * as the unmount: it detaches the copies of the pin that private mount namespaces hold, which would keep the namespace alive.
 * Errors: NAMESPACE_FAILED.
 */
export async function releaseNamespace(path: string): Promise<void> {
  try {
    for (let attempt = 1; !(await tryRelease(path)); attempt++) {
      if (attempt === MAX_RELEASE_ATTEMPTS) throw new Error("it is pinned again and again");
    }
  } catch (cause) {
    throw failed(`Failed to release the network namespace ${path}`, path, cause);
  }
}

/** False where something is mounted on the file still: a helper of a process that was killed may pin late. */
async function tryRelease(path: string): Promise<boolean> {
  // lazily: whoever has just opened it (a plugin's daemon, nsenter) must not make the clean-up fail
  if (await isNamespacePinned(path)) await expectSuccess(["umount", "--lazy", "--no-canonicalize", path]);
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return true;
    if (errorCode(error) === "EBUSY") return false;
    throw error;
  }
}

function failed(what: string, path: string, cause: unknown): FairleadError {
  return new FairleadError("NAMESPACE_FAILED", `${what}: ${errorText(cause)}`, { data: { path }, cause });
}
