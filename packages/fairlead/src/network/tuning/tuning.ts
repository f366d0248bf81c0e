import { type CniResult, convertResult, type JsonObject, type PluginCall } from "@fairlead/cni";
import { findLink, type Link } from "@fairlead/netlink";
import { attachment, attachmentId, networkName, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { ContainerNetwork, Kernel } from "../plugin/kernel.ts";
import { withContainerAt, withContainerIfThere } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { ALLOW_LIST_PATH, readAllowList, requireAllowed } from "./allow-list.ts";
import { backupOf, formatBackup, parseBackup, restore } from "./backup.ts";
import { backupName, readBackup, removeBackup, removeDeadBackups, writeBackup } from "./backup-file.ts";
import { isUntouched, type LinkSettings, parseTuningConfig, readDataDir, type TuningConfig } from "./config.ts";
import { requireSettings, setLink } from "./link-settings.ts";
import { requireSysctls, setSysctls } from "./sysctl.ts";
import { sysctlPath } from "./sysctl-path.ts";

/**
 * `tuning`: sets sysctls of a container, and what its interface is like. DEL puts the interface back; sysctls end with the container.
 *
 * Beyond the reference plugin: an ADD that fails leaves nothing, its sysctls included; a DEL needs no valid settings, and leaves no backup when the
 * namespace or the interface has gone; CHECK knows tabs from blanks and ways to write a hardware address for what they are; GC; STATUS refuses what the list of an
 * operator does not allow.
 *
 * Source: https://www.cni.dev/plugins/current/meta/tuning/
 */
export class Tuning implements BuiltInPlugin {
  readonly #allowListPath: string;

  constructor({ allowListPath = ALLOW_LIST_PATH }: { readonly allowListPath?: string } = {}) {
    this.#allowListPath = allowListPath;
  }

  add(kernel: Kernel, call: PluginCall): JsonObject {
    const config = this.#parse(call);
    const result = requirePrevResult(call);
    const id = attachment(call);
    backupName(id);
    const sysctls = sysctlPaths(config, id.ifName);
    withContainerAt(kernel, id.netns, (container) => {
      UndoList.guard((undo) => {
        const link = isUntouched(config.link) ? undefined : requireLink(container, id.ifName);
        setSysctls(container.namespace, sysctls, undo);
        if (link === undefined) return;
        const backup = backupOf(link, config.link);
        const before = readBackup(config.dataDir, id);
        writeBackup(config.dataDir, id, formatBackup(backup));
        undo.push(() => {
          if (before === undefined) removeBackup(config.dataDir, id);
          else writeBackup(config.dataDir, id, before);
        });
        // the kernel stops at what it refuses, and keeps what came before
        undo.push(() => container.route.requestAll(restore(link.index, backup)));
        setLink(container.route, link, config.link);
      });
    });
    return convertResult(withMac(result, id.ifName, config.link), resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const dataDir = readDataDir(call.config);
    const id = attachmentId(call);
    const text = readBackup(dataDir, id);
    if (text === undefined) return;
    let isRestored = true;
    withContainerIfThere(kernel, call.netns, ({ route }) => {
      const link = findLink(route, id.ifName);
      if (link === undefined) return;
      try {
        route.requestAll(restore(link.index, parseBackup(text)));
      } catch {
        // an interface that cannot be put back must not keep the container from being detached; as the reference plugin, the next DEL tries again
        isRestored = false;
      }
    });
    if (isRestored) removeBackup(dataDir, id);
  }

  check(kernel: Kernel, call: PluginCall): void {
    const config = parseTuningConfig(call);
    requirePrevResult(call);
    const { netns, ifName } = attachment(call);
    const sysctls = sysctlPaths(config, ifName);
    withContainerAt(kernel, netns, ({ namespace, route }) => {
      requireSysctls(namespace, sysctls);
      const link = findLink(route, ifName);
      if (link === undefined) throw failure(`Cannot find container link ${ifName}`);
      requireSettings(link, config.link);
    });
  }

  gc(_: Kernel, call: PluginCall): void {
    removeDeadBackups(readDataDir(call.config), networkName(call), parseValidAttachments(call.config));
  }

  status(_: Kernel, call: PluginCall): void {
    this.#parse(call);
  }

  #parse(call: PluginCall): TuningConfig {
    const config = parseTuningConfig(call);
    const list = readAllowList(this.#allowListPath);
    if (list !== undefined) requireAllowed(config.sysctls.keys(), list);
    return config;
  }
}

function requirePrevResult(call: PluginCall): CniResult {
  const result = readPrevResult(call);
  if (result === undefined) throw failure("Required prevResult missing");
  return result;
}

function requireLink({ route }: ContainerNetwork, ifName: string): Link {
  const link = findLink(route, ifName);
  if (link === undefined) throw failure(`failed to get "${ifName}": Link not found`);
  return link;
}

function sysctlPaths({ sysctls }: TuningConfig, ifName: string): Map<string, string> {
  return new Map([...sysctls].map(([name, value]) => [sysctlPath(name, ifName), value]));
}

/** The hardware address of the interface as the configuration writes it. */
function withMac(result: CniResult, ifName: string, { mac }: LinkSettings): CniResult {
  if (mac === undefined) return result;
  const interfaces = result.interfaces.map((entry) => (entry.name === ifName ? { ...entry, mac } : entry));
  return { ...result, interfaces };
}
