import { builtInPlugins } from "../built-in-plugins.ts";
import { putDefaultRoutes, takeDefaultRoutes } from "../namespace/default-routes.ts";
import { createPinnedNamespace, releasePinnedNamespace } from "../namespace/pinned-namespace.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { runPlugin } from "../plugin/run-plugin.ts";
import type { NetworkTask, NetworkTaskResult } from "./messages.ts";

/** Does what was asked, in the network thread. Errors: CniError, NetlinkError, those of files. */
export function runTask(kernel: Kernel, task: NetworkTask): NetworkTaskResult[NetworkTask["kind"]] {
  switch (task.kind) {
    case "plugin":
      return runPlugin(builtInPlugins, kernel, task.call, task.ipamProcess);
    case "create-namespace":
      createPinnedNamespace(kernel, task);
      return undefined;
    case "release-namespace":
      releasePinnedNamespace(kernel, task.path);
      return undefined;
    case "take-default-routes":
      return takeDefaultRoutes(kernel, task.path);
    case "put-default-routes":
      putDefaultRoutes(kernel, task.path, task.routes);
      return undefined;
  }
}
