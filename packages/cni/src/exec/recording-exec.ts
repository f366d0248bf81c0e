import type { JsonObject } from "../json.ts";
import type { PluginCall, PluginExec } from "./plugin-exec.ts";

/** An exec for tests: it writes down every call, in order, and answers as told. */
export interface RecordingExec extends PluginExec {
  readonly calls: PluginCall[];
}

/**
 * Makes a recording exec.
 *
 * `answer` gives what the plugin prints, or throws what it fails with. `types` are the plugins it has; default: all.
 */
export function recordingExec(
  answer: (call: PluginCall, signal?: AbortSignal) => JsonObject | undefined | Promise<JsonObject | undefined>,
  types?: readonly string[],
): RecordingExec {
  const calls: PluginCall[] = [];
  return {
    calls,
    async has(type) {
      return types?.includes(type) ?? true;
    },
    async run(call, signal) {
      calls.push(call);
      return await answer(call, signal);
    },
  };
}
