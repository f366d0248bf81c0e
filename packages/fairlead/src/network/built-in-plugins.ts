import { HostLocal } from "./host-local/host-local.ts";
import type { BuiltInPlugin } from "./plugin/built-in-plugin.ts";
import { Static } from "./static/static.ts";

/** The CNI plugins that need no process, by their type. Lives in the network thread. */
export const builtInPlugins: ReadonlyMap<string, BuiltInPlugin> = new Map<string, BuiltInPlugin>([
  ["host-local", new HostLocal()],
  ["static", new Static()],
]);
