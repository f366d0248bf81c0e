import { CniError } from "@fairlead/cni";

/** The spec's well-known codes, and those of the reference plugins. Source: CNI spec 1.1.0, section 5, "Error". */
export const PluginErrorCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  io: 5,
  decoding: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  limitedConnectivity: 51,
  /** What the reference plugins give for everything that has no code of its own. */
  internal: 999,
} as const;

/** An error as a plugin's process would have printed it. */
export function pluginError(pluginCode: number, message: string, details?: string): CniError {
  return new CniError("CNI_PLUGIN_FAILED", message, { pluginCode, details });
}

/** Everything that has no code of its own. */
export function failure(message: string, cause?: unknown): CniError {
  return new CniError("CNI_PLUGIN_FAILED", message, { pluginCode: PluginErrorCode.internal, cause });
}

/** A configuration that cannot work, whatever the kernel says. */
export function invalidConfig(message: string): CniError {
  return pluginError(PluginErrorCode.invalidConfig, message);
}
