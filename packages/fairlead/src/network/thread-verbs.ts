import { CniError, type InProcessPlugin, type JsonObject, type PluginCall, type PluginExec } from "@fairlead/cni";
import { ipamType } from "./plugin/ipam-type.ts";
import type { IpamProcess } from "./worker/messages.ts";
import type { NetworkWorker } from "./worker/network-worker.ts";

export interface ThreadVerbsOptions {
  readonly worker: Pick<NetworkWorker, "run">;
  /** Which of the built-in plugins are used. */
  readonly types: ReadonlySet<string>;
  /** Runs the IPAM plugins that are not built in. */
  readonly processes: PluginExec;
}

/** The plugins that ask an IPAM plugin; what stands in `ipam` of another one means nothing. */
const TYPES_WITH_IPAM: ReadonlySet<string> = new Set(["bridge", "macvlan", "ptp"]);

/** The IPAM plugins that work over the container's interface. It is not there yet when we run them, so the interface's plugin has to be a process, too. */
const NEEDING_INTERFACE: ReadonlySet<string> = new Set(["dhcp"]);

/**
 * The verbs of the built-in plugins as the main thread sees them: the network thread does all, but for IPAM plugins that are processes. Those run
 * before it.
 */
export function threadVerbs({
  worker,
  types,
  processes,
}: ThreadVerbsOptions): Omit<InProcessPlugin, "supportedVersions"> {
  return { add, del: removeAll, check: lookAtAll, gc: removeAll, status: lookAtAll };

  async function add(call: PluginCall, signal: AbortSignal): Promise<JsonObject> {
    const ipam = ipamProcess(call);
    if (ipam === undefined) return (await inThread(call, undefined, signal)) ?? {};
    if (NEEDING_INTERFACE.has(ipam.type)) return (await processes.run(call, signal)) ?? {};
    const result = await processes.run(ipam, signal);
    try {
      return (await inThread(call, { result }, signal)) ?? {};
    } catch (error) {
      // an ADD that nobody waits for may have been carried out all the same: its address is in use as long as its interface is there
      if (signal.aborted) await inThread({ ...call, command: "DEL" }, { result: undefined }).catch(() => {});
      // else the address would be lost; without the signal, which may be what failed the ADD
      await processes.run({ ...ipam, command: "DEL" }).catch(() => {});
      throw error;
    }
  }

  /** Goes on after a failure, and throws the first, with the other as its `others`. */
  async function removeAll(call: PluginCall, signal: AbortSignal): Promise<void> {
    const failures: CniError[] = [];
    for (const step of steps(call, signal)) {
      await step().catch((error) => failures.push(CniError.from(error)));
    }
    const [first, ...others] = failures;
    signal.throwIfAborted();
    if (first !== undefined) throw others.length > 0 ? first.with({ others }) : first;
  }

  async function lookAtAll(call: PluginCall, signal: AbortSignal): Promise<void> {
    for (const step of steps(call, signal)) await step();
  }

  function steps(call: PluginCall, signal: AbortSignal): (() => Promise<unknown>)[] {
    const ipam = ipamProcess(call);
    if (ipam === undefined) return [() => inThread(call, undefined, signal)];
    if (NEEDING_INTERFACE.has(ipam.type)) return [() => processes.run(call, signal)];
    return [() => processes.run(ipam, signal), () => inThread(call, { result: undefined }, signal)];
  }

  /** The call of the IPAM plugin where that is a process. */
  function ipamProcess(call: PluginCall): PluginCall | undefined {
    const type = TYPES_WITH_IPAM.has(call.type) ? ipamType(call) : undefined;
    return type === undefined || types.has(type) ? undefined : { ...call, type };
  }

  function inThread(call: PluginCall, ipam: IpamProcess | undefined, signal?: AbortSignal) {
    return worker.run({ kind: "plugin", call, ipamProcess: ipam }, signal);
  }
}
