import { existsSync } from "node:fs";
import { join } from "node:path";
import { FairleadError } from "../../base/errors.ts";

/** Where distributions (Debian) and the project itself put CNI plugins. */
const KNOWN = ["/usr/lib/cni", "/opt/cni/bin"];

/** What the network of `local` is made by. */
const NEEDED = ["bridge", "host-local", "portmap"];

/** The search path for the plugins of the network that `local` brings. Errors: FLAG_INVALID, with what is missing. */
export function pluginDirectories(given: string | undefined, exists: (path: string) => boolean = existsSync): string {
  const path = given ?? KNOWN.join(":");
  const missing = NEEDED.filter((type) => !path.split(":").some((directory) => exists(join(directory, type))));
  if (missing.length > 0) {
    throw new FairleadError(
      "FLAG_INVALID",
      `--network_cni_plugins_dir: ${missing.join(", ")} not found in ${path}; install containernetworking-plugins, or give their directory`,
      { data: { flag: "network_cni_plugins_dir" } },
    );
  }
  return path;
}
