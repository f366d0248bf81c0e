import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { crashPoint } from "../../../../../base/crash-points.ts";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import { errorCode } from "../../../../../base/files/error-code.ts";
import type { DefaultRoutes } from "../../../../../network/namespace/default-routes.ts";
import type { NetworkTask } from "../../../../../network/worker/messages.ts";
import type { NetworkWorker } from "../../../../../network/worker/network-worker.ts";
import { NAMESPACE_TIMEOUT_MS } from "./limits.ts";

/** Makes and changes namespaces: the network thread. */
export type NamespaceMaker = Pick<NetworkWorker, "run">;

/**
 * Makes a network namespace and pins it at `path`, where it stays without any process in it, for `nsenter --net=<path>` and the plugins.
 *
 * `path` must not exist, nor its directory; that is made on a shared mount, so that the pin is seen, and its end too, in other mount namespaces.
 * `withVeth`: it may be one that has a veth already, for a built-in plugin that needs one. Errors: NAMESPACE_FAILED; half-made state is for
 * {@link releaseNamespace}.
 */
export async function createNamespace(network: NamespaceMaker, path: string, withVeth: boolean): Promise<void> {
  try {
    await mkdir(dirname(path), { mode: 0o755 });
    await writeFile(path, "", { flag: "wx", mode: 0o644 });
    crashPoint("netns-created");
    await inTime(network, { kind: "create-namespace", path, withVeth });
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
export async function releaseNamespace(network: NamespaceMaker, path: string): Promise<void> {
  try {
    await inTime(network, { kind: "release-namespace", path });
  } catch (cause) {
    throw failed(`Failed to release the network namespace ${path}`, path, cause);
  }
}

/** Takes the default routes out of the namespace pinned at `path`. Errors: NAMESPACE_FAILED. */
export async function takeDefaultRoutes(network: NamespaceMaker, path: string): Promise<DefaultRoutes> {
  try {
    return await inTime(network, { kind: "take-default-routes", path });
  } catch (cause) {
    throw failed(`Failed to take the default route out of ${path}`, path, cause);
  }
}

/** Puts routes that were taken into the namespace pinned at `path`. Errors: NAMESPACE_FAILED. */
export async function putDefaultRoutes(network: NamespaceMaker, path: string, routes: DefaultRoutes): Promise<void> {
  if (routes.ipv4.length + routes.ipv6.length === 0) return;
  try {
    await inTime(network, { kind: "put-default-routes", path, routes });
  } catch (cause) {
    throw failed(`Failed to set the default route in ${path}`, path, cause);
  }
}

/** What is late is carried out all the same, before whatever is asked of the thread next: the release that follows a failed launch finds it done. */
async function inTime<Task extends NetworkTask>(network: NamespaceMaker, task: Task) {
  return await network.run(task, AbortSignal.timeout(NAMESPACE_TIMEOUT_MS));
}

function failed(what: string, path: string, cause: unknown): FairleadError {
  return new FairleadError("NAMESPACE_FAILED", `${what}: ${errorText(cause)}`, { data: { path }, cause });
}
