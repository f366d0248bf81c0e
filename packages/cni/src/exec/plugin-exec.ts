import type { JsonObject } from "../json.ts";

/** The verbs of the protocol. Source: spec 1.1.0, section 2, "CNI operations". */
export type CniCommand = "ADD" | "DEL" | "CHECK" | "GC" | "STATUS" | "VERSION";

/** One run of one plugin: what goes to stdin and into the environment. */
export interface PluginCall {
  readonly command: CniCommand;
  /** File name of the plugin. */
  readonly type: string;
  /** The configuration derived for this plugin, with `name`, `cniVersion` and, where due, `prevResult`. */
  readonly config: JsonObject;
  readonly containerId?: string | undefined;
  /** Path of the container's network namespace; absent on a DEL after it has gone. */
  readonly netns?: string | undefined;
  readonly ifName?: string | undefined;
  /** `CNI_ARGS`; absent when there are none. */
  readonly args?: string | undefined;
}

/**
 * The seam through which every plugin is run: as a process, in process, or in a test.
 *
 * Implementations compose, see `composeExecs`. Both methods may be called concurrently.
 */
export interface PluginExec {
  /** Whether this exec has a plugin of the type. */
  has(type: string): Promise<boolean>;

  /**
   * Runs the plugin to its end, and gives what it printed; undefined for the verbs that answer nothing.
   *
   * Throws a CniError: the plugin's own error as `CNI_PLUGIN_FAILED`, the others as their codes say. When it settles,
   * nothing of the run is left: no process, no timer. An aborted signal ends the run with `CNI_PLUGIN_ABORTED`.
   */
  run(call: PluginCall, signal?: AbortSignal): Promise<JsonObject | undefined>;
}
