import { CniError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { PLUGIN_TIMEOUT_MS } from "../limits.ts";
import { DEFAULT_VERSION, type SpecVersion } from "../version.ts";
import type { PluginCall, PluginExec } from "./plugin-exec.ts";
import { callError } from "./plugin-reply.ts";

/** The spec's code for "Incompatible CNI version". */
const INCOMPATIBLE_VERSION = 1;

/**
 * A plugin that is a JavaScript object.
 *
 * It gets what a process would get, and answers or throws as the spec says for its verb; a thrown CniError is passed
 * on, `pluginCode` and all. It must end soon after the signal is aborted: nobody can kill it.
 */
export interface InProcessPlugin {
  readonly supportedVersions: readonly SpecVersion[];
  /** Gives the result in the version of `call.config.cniVersion`. */
  add(call: PluginCall, signal: AbortSignal): Promise<JsonObject>;
  del(call: PluginCall, signal: AbortSignal): Promise<void>;
  check(call: PluginCall, signal: AbortSignal): Promise<void>;
  gc(call: PluginCall, signal: AbortSignal): Promise<void>;
  status(call: PluginCall, signal: AbortSignal): Promise<void>;
}

/** Runs plugins that live in this process, by their type; `timeoutMs` as for processes. */
export function inProcessExec(
  plugins: ReadonlyMap<string, InProcessPlugin>,
  { timeoutMs = PLUGIN_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): PluginExec {
  return {
    async has(type) {
      return plugins.has(type);
    },

    async run(call, signal) {
      const plugin = plugins.get(call.type);
      if (!plugin) {
        throw callError("CNI_PLUGIN_NOT_FOUND", call, "is not built in");
      }
      requireVersion(call, plugin);
      // one controller and one timer, both gone at the end: signals made of signals cost more than many a plugin
      const either = new AbortController();
      const end = (error: CniError) => either.abort(error);
      const onAbort = () => end(callError("CNI_PLUGIN_ABORTED", call, "was ended on request", signal?.reason));
      if (signal?.aborted) onAbort();
      signal?.addEventListener("abort", onAbort, { once: true });
      const timer = setTimeout(() => end(callError("CNI_PLUGIN_TIMEOUT", call, "did not end in time")), timeoutMs);
      try {
        either.signal.throwIfAborted();
        return await runVerb(plugin, call, either.signal);
      } catch (error) {
        throw either.signal.aborted && either.signal.reason === error ? error : named(call, error);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      }
    },
  };
}

async function runVerb(
  plugin: InProcessPlugin,
  call: PluginCall,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  switch (call.command) {
    case "ADD":
      return await plugin.add(call, signal);
    case "DEL":
      await plugin.del(call, signal);
      return undefined;
    case "CHECK":
      await plugin.check(call, signal);
      return undefined;
    case "GC":
      await plugin.gc(call, signal);
      return undefined;
    case "STATUS":
      await plugin.status(call, signal);
      return undefined;
    case "VERSION":
      return { cniVersion: call.config.cniVersion, supportedVersions: [...plugin.supportedVersions] };
  }
}

function requireVersion(call: PluginCall, plugin: InProcessPlugin): void {
  const wanted = call.config.cniVersion ?? DEFAULT_VERSION;
  if (call.command !== "VERSION" && !plugin.supportedVersions.some((version) => version === wanted)) {
    throw callError(
      "CNI_PLUGIN_FAILED",
      call,
      `failed with code ${INCOMPATIBLE_VERSION}: incompatible CNI versions: config is ${JSON.stringify(wanted)}, ` +
        `plugin supports ${plugin.supportedVersions.join(", ")}`,
    ).with({ pluginCode: INCOMPATIBLE_VERSION });
  }
}

function named(call: PluginCall, error: unknown): CniError {
  if (error instanceof CniError) {
    return error.with({ plugin: call.type, network: error.network ?? callError(error.code, call, "").network });
  }
  const message = error instanceof Error ? error.message : String(error);
  return callError("CNI_PLUGIN_FAILED", call, `failed: ${message}`, error);
}
