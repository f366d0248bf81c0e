import { findPlugin } from "../find-plugin.ts";
import { MAX_PLUGIN_OUTPUT_BYTES, PLUGIN_TIMEOUT_MS } from "../limits.ts";
import { DEFAULT_PATH, pluginEnvironment } from "./environment.ts";
import type { PluginExec } from "./plugin-exec.ts";
import { callError, readReply } from "./plugin-reply.ts";
import { type RunEnd, runBounded } from "./run-bounded.ts";

export interface ProcessExecOptions {
  /** Directories of plugins, first match wins; also `CNI_PATH`. */
  readonly searchPath: readonly string[];
  /** For each run of a plugin; default 60 s. */
  readonly timeoutMs?: number;
  /** For each of stdout and stderr; default 1 MiB. */
  readonly maxOutputBytes?: number;
  /** PATH of the plugins; default that of this process. */
  readonly path?: string;
  /** Path of the network namespace to run the plugins in, as the host's; default that of this process. */
  readonly hostNetns?: string;
}

/**
 * Runs plugins as processes: configuration on stdin, parameters in the environment, result from stdout.
 *
 * Errors: `CNI_PLUGIN_NOT_FOUND`, `_NOT_STARTED`, `_FAILED`, `_TIMEOUT`, `_ABORTED`, `CNI_OUTPUT_TOO_LARGE`,
 * `CNI_RESULT_INVALID`. Source: spec 1.1.0, section 2, "Execution Protocol".
 */
export function processExec(options: ProcessExecOptions): PluginExec {
  const { searchPath, timeoutMs = PLUGIN_TIMEOUT_MS, maxOutputBytes = MAX_PLUGIN_OUTPUT_BYTES } = options;
  const path = options.path ?? process.env.PATH ?? DEFAULT_PATH;
  return {
    async has(type) {
      return (await findPlugin(type, searchPath)) !== undefined;
    },

    async run(call, signal) {
      const plugin = await findPlugin(call.type, searchPath);
      if (plugin === undefined) {
        throw callError("CNI_PLUGIN_NOT_FOUND", call, `is not in the search path ${searchPath.join(":")}`);
      }
      const { hostNetns } = options;
      const [file, args] = hostNetns === undefined ? [plugin, []] : ["nsenter", [`--net=${hostNetns}`, "--", plugin]];
      let end: RunEnd;
      try {
        const env = pluginEnvironment(call, searchPath, path);
        end = await runBounded({
          file,
          args,
          env,
          stdin: JSON.stringify(call.config),
          timeoutMs,
          maxOutputBytes,
          signal,
        });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw callError("CNI_PLUGIN_NOT_STARTED", call, `could not be started: ${reason}`, cause).with({
          path: plugin,
        });
      }
      return readReply(call, end);
    },
  };
}
