import { CniError } from "../errors.ts";
import type { PluginExec } from "../exec/plugin-exec.ts";
import { DEFAULT_VERSION, LATEST_VERSION } from "../version.ts";

/**
 * The spec versions that a plugin says it supports, as it says them.
 *
 * A plugin from before the verb (0.1.0) refuses it as an unknown command: that means `["0.1.0"]`.
 * Errors: those of the exec, `CNI_RESULT_INVALID`. Source: spec 1.1.0, section 2, "VERSION".
 */
export async function pluginVersions(
  exec: PluginExec,
  type: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string[]> {
  const answer = await askVersion(exec, type, signal);
  const supported = answer?.supportedVersions;
  if (!Array.isArray(supported) || !supported.every((version) => typeof version === "string")) {
    throw new CniError("CNI_RESULT_INVALID", `CNI plugin ${type} (VERSION) printed no supportedVersions`, {
      plugin: type,
    });
  }
  return supported;
}

async function askVersion(exec: PluginExec, type: string, signal: AbortSignal | undefined) {
  try {
    return await exec.run({ command: "VERSION", type, config: { cniVersion: LATEST_VERSION } }, signal);
  } catch (error) {
    if (error instanceof CniError && error.code === "CNI_PLUGIN_FAILED" && /unknown CNI_COMMAND/i.test(error.message)) {
      return { supportedVersions: [DEFAULT_VERSION] };
    }
    throw error;
  }
}
