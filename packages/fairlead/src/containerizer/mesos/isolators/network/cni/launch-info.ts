import { chmod, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CniResult } from "@fairlead/cni";
import type { ContainerId } from "@fairlead/mesos-api";
import { crashPoint } from "../../../../../base/crash-points.ts";
import { errorText, FairleadError } from "../../../../../base/errors.ts";
import type { ContainerLaunchInfo, OciMount } from "../../../isolator.ts";
import { hostsText, mergeDns, resolvConfText } from "./network-files.ts";
import { containerDir, HOSTNAME_FILE, HOSTS_FILE, namespacePath, RESOLV_CONF_FILE } from "./paths.ts";

const HOST_RESOLV_CONF = "/etc/resolv.conf";

/**
 * Writes the network files of an attached container, and tells the launcher how to connect it.
 *
 * The files are mounted read-only: the host's resolv.conf, used where no network names a server, would else be open to the container.
 * LIBPROCESS_IP makes executors bind to the container's address instead of the agent's. Errors: NETWORK_INVALID, NETWORK_FAILED.
 */
export async function writeNetworkFiles(
  rootDir: string,
  containerId: ContainerId,
  hostname: string,
  results: readonly CniResult[],
): Promise<ContainerLaunchInfo> {
  const directory = containerDir(rootDir, containerId);
  const dns = mergeDns(results);
  const resolvConf = dns === undefined ? await hostResolvConf() : join(directory, RESOLV_CONF_FILE);
  await writeReadable(join(directory, HOSTNAME_FILE), hostname);
  await writeReadable(join(directory, HOSTS_FILE), hostsText(hostname, results));
  if (dns !== undefined) await writeReadable(resolvConf, resolvConfText(dns));
  crashPoint("network-files-written");
  return {
    environment: { LIBPROCESS_IP: "0.0.0.0" },
    namespaces: [{ type: "network", path: namespacePath(rootDir, containerId) }, { type: "uts" }],
    hostname,
    mounts: [
      readOnly(join(directory, HOSTS_FILE), "/etc/hosts"),
      readOnly(join(directory, HOSTNAME_FILE), "/etc/hostname"),
      readOnly(resolvConf, "/etc/resolv.conf"),
    ],
  };
}

/** Readable for every user of the container, whatever the agent's umask is. */
async function writeReadable(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
    await chmod(path, 0o644);
  } catch (cause) {
    throw new FairleadError("NETWORK_FAILED", `Failed to write ${path}: ${errorText(cause)}`, {
      data: { path },
      cause,
    });
  }
}

async function hostResolvConf(): Promise<string> {
  try {
    // often a link into /run
    return await realpath(HOST_RESOLV_CONF);
  } catch (cause) {
    throw new FairleadError("NETWORK_INVALID", `Cannot find host's ${HOST_RESOLV_CONF}`, { cause });
  }
}

function readOnly(source: string, destination: string): OciMount {
  return { source, destination, type: "bind", options: ["bind", "ro", "nosuid", "nodev", "noexec"] };
}
