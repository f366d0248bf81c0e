import type { JsonObject } from "../json.ts";
import type { SpecVersion } from "../version.ts";

/** One plugin of a network. */
export interface PluginConfig {
  /** File name of the plugin. */
  readonly type: string;
  /** The capabilities that the configuration declares as true. */
  readonly capabilities: readonly string[];
  /** The plugin's object as configured, unknown keys included. */
  readonly config: JsonObject;
}

/**
 * A network: a name and a chain of plugins.
 *
 * A single-plugin configuration (`.conf`) is a chain of one. Source: spec 1.1.0, section 1.
 */
export interface NetworkConfigList {
  readonly name: string;
  /** The version in use: the newest that we know of those configured. */
  readonly cniVersion: SpecVersion;
  /** `cniVersions` as configured, unknown ones included. */
  readonly cniVersions: readonly string[];
  readonly disableCheck: boolean;
  readonly disableGC: boolean;
  readonly loadOnlyInlinedPlugins: boolean;
  readonly plugins: readonly PluginConfig[];
  /** The whole object as configured, unknown keys included. */
  readonly raw: JsonObject;
  /** The file it was read from. */
  readonly path: string | undefined;
}
