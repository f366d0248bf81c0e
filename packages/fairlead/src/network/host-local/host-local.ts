import { containerIdProblem, convertResult, ifNameProblem, type JsonObject, type PluginCall } from "@fairlead/cni";
import { resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import { NO_DNS } from "../plugin/dns-config.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { failure, PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { RecentlyUsed } from "../plugin/recently-used.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { allocate, hasFreeAddress } from "./allocate.ts";
import { type HostLocalConfig, leaseDirectory, parseHostLocalConfig } from "./config.ts";
import { formatLease, type LeaseOwner, parseLease } from "./lease.ts";
import { LeaseDirectory } from "./lease-directory.ts";
import { MARK_AGE_SECONDS, MAX_INDEXED_NETWORKS, MAX_KEPT_CONFIGS } from "./limits.ts";
import { describeRangeSet } from "./range-set.ts";
import { readResolvConf } from "./resolv-conf.ts";

/**
 * `host-local`: gives out the addresses of ranges, and keeps track of them in files on this host.
 *
 * The files are those of the reference plugin, which may run at the same time on the same directory. Beyond it: GC; STATUS; a DEL and a GC need no
 * valid ranges; the empty file of a process that died over it does not keep its address for ever: GC removes it, and an ADD takes it over when
 * nothing else is free, or when it asks for that address.
 *
 * Source: https://www.cni.dev/plugins/current/ipam/host-local/
 */
export class HostLocal implements BuiltInPlugin {
  readonly #directories = new RecentlyUsed<LeaseDirectory>(MAX_INDEXED_NETWORKS);
  readonly #configs = new RecentlyUsed<HostLocalConfig>(MAX_KEPT_CONFIGS);

  add(_: Kernel, call: PluginCall): JsonObject {
    const owner = leaseOwner(call);
    const leases = this.#leases(call.config);
    const { rangeSets, requested, routes, resolvConf } = this.#config(call);
    const dns = resolvConf === undefined ? NO_DNS : readResolvConf(resolvConf);
    const ips = leases.locked((all) => allocate(all, { owner, rangeSets, requested }));
    return convertResult({ interfaces: [], ips, routes, dns }, resultVersion(call));
  }

  del(_: Kernel, call: PluginCall): void {
    const owner = leaseOwner(call);
    this.#leases(call.config).lockedIfThere((leases) => {
      const find = () => {
        const own = leases.of(owner);
        return own.length > 0 ? own : leases.ofContainer(owner);
      };
      let names = find();
      if (names.length === 0 && leases.refresh()) names = find();
      if (names.length > 0) leases.release(names);
    });
  }

  check(_: Kernel, call: PluginCall): void {
    const owner = leaseOwner(call);
    const directory = this.#leases(call.config);
    parseHostLocalConfig(call);
    const isThere = directory.lockedIfThere((leases) => {
      const has = () => leases.of(owner).length > 0 || leases.ofContainer(owner).length > 0;
      return has() || (leases.refresh() && has());
    });
    if (isThere) return;
    throw failure(`host-local: Failed to find address added by container ${owner.containerId}`);
  }

  gc(_: Kernel, { config }: PluginCall): void {
    const valid = parseValidAttachments(config);
    const attachments = new Set(valid.map(formatLease));
    const containers = new Set(valid.map(({ containerId }) => containerId));
    this.#leases(config).lockedIfThere((leases) => {
      leases.refresh();
      const isValid = (text: string) => {
        const owner = parseLease(text);
        if (owner === undefined) return false;
        // an old lease is of all interfaces of its container
        return owner.ifName === undefined ? containers.has(owner.containerId) : attachments.has(text);
      };
      leases.release([...leases.all].filter(([, text]) => !isValid(text)).map(([name]) => name));
    });
  }

  status(_: Kernel, call: PluginCall): void {
    const directory = this.#leases(call.config);
    const { rangeSets } = parseHostLocalConfig(call);
    const full = unlessUnusable(() => {
      return directory.locked((leases) => {
        leases.refresh();
        return rangeSets.find((set) => !hasFreeAddress(leases, set));
      });
    });
    if (full !== undefined) {
      throw notAvailable(`no IP addresses available in range set: ${describeRangeSet(full)}`);
    }
  }

  #leases(config: JsonObject): LeaseDirectory {
    const path = leaseDirectory(config);
    return this.#directories.get(path, () => new LeaseDirectory(path, newMark));
  }

  /** Reads a configuration: the same one comes with each container of a network. */
  #config({ config, args }: PluginCall): HostLocalConfig {
    return this.#configs.get(JSON.stringify([config, args]), () => parseHostLocalConfig({ config, args }));
  }
}

function leaseOwner({ containerId = "", ifName = "" }: PluginCall): LeaseOwner {
  const problem =
    describe("container id", containerIdProblem(containerId)) ?? describe("interface name", ifNameProblem(ifName));
  if (problem !== undefined) throw pluginError(PluginErrorCode.invalidEnvironment, problem);
  return { containerId, ifName };
}

function describe(what: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `the ${what} ${problem}`;
}

/** Digits down to the microsecond, of which one in millions is met again by chance. */
function newMark(): number {
  return Date.now() / 1000 - MARK_AGE_SECONDS * (1 + Math.random());
}

function unlessUnusable<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw notAvailable(error instanceof Error ? error.message : String(error));
  }
}

function notAvailable(message: string): Error {
  return pluginError(PluginErrorCode.notAvailable, message);
}
