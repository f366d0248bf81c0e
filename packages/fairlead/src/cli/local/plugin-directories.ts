import { existsSync } from "node:fs";
import { join } from "node:path";
import { FairleadError } from "../../base/errors.ts";

/** Where CNI plugins are found if nobody says it: Debian's directory, then that of everybody else. */
export const USUAL_PLUGIN_DIRECTORIES = "/usr/lib/cni:/opt/cni/bin";

/** What the network of `local` is made by. */
const NEEDED = ["bridge", "host-local", "portmap"];

/** Checks that the plugins of the network that `local` brings are there. Errors: FLAG_INVALID, with what is missing. */
export function requirePlugins(searchPath: string, exists: (path: string) => boolean = existsSync): void {
  const missing = NEEDED.filter((type) => !searchPath.split(":").some((directory) => exists(join(directory, type))));
  if (missing.length > 0) {
    throw new FairleadError(
      "FLAG_INVALID",
      `--network_cni_plugins_dir: no ${missing.join(", ")} in ${searchPath}; install containernetworking-plugins, or give their directory`,
      { data: { flag: "network_cni_plugins_dir" } },
    );
  }
}
