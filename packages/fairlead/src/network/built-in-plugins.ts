import type { BuiltInPlugin } from "./plugin/built-in-plugin.ts";

/** The CNI plugins that need no process, by their type. Lives in the network thread. */
export const builtInPlugins: ReadonlyMap<string, BuiltInPlugin> = new Map<string, BuiltInPlugin>([]);
