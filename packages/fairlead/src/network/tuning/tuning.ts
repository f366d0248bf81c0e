import { type CniResult, convertResult, type JsonObject, type PluginCall } from "@fairlead/cni";
import { changeLink, findLink, type Link } from "@fairlead/netlink";
import { type AttachmentId, attachment, attachmentId, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import { parseHardwareAddress } from "../plugin/hardware-address.ts";
import type { ContainerNetwork, Kernel } from "../plugin/kernel.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { withContainerAt, withContainerIfThere } from "../plugin/open-container.ts";
import { failure, PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { ALLOW_LIST_PATH, readAllowList, requireAllowed } from "./allow-list.ts";
import { backupOf, formatBackup, parseBackup, restore } from "./backup.ts";
import { backupName, readBackup, removeBackup, removeDeadBackups, writeBackup } from "./backup-file.ts";
import { requireSettings } from "./check-link.ts";
import { isUntouched, type LinkSettings, parseTuningConfig, type TuningConfig } from "./config.ts";
import { isSameValue, readSysctl, writeSysctl } from "./sysctl.ts";
import { sysctlPath } from "./sysctl-path.ts";

/**
 * `tuning`: sets sysctls of a container, and what its interface is like. DEL puts the interface back; sysctls end with the container.
 *
 * Beyond the reference plugin: an ADD that fails leaves nothing, its sysctls included; no backup stays behind a DEL for which the namespace or the
 * interface has gone; CHECK knows tabs from blanks and ways to write a hardware address for what they are; GC; STATUS refuses what the list of an
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
        setSysctls(container, sysctls, undo);
        if (link !== undefined) tuneLink(container, link, id, config, undo);
      });
    });
    return convertResult(withMac(result, id.ifName, config.link), resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const { dataDir } = parseTuningConfig(call);
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
      namespace.enter(() => requireSysctls(sysctls));
      const link = findLink(route, ifName);
      if (link === undefined) throw failure(`Cannot find container link ${ifName}`);
      requireSettings(link, config.link);
    });
  }

  gc(_: Kernel, call: PluginCall): void {
    const { name } = call.config;
    if (typeof name !== "string") throw pluginError(PluginErrorCode.invalidConfig, "missing network name");
    removeDeadBackups(parseTuningConfig(call).dataDir, name, parseValidAttachments(call.config));
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

function setSysctls({ namespace }: ContainerNetwork, sysctls: ReadonlyMap<string, string>, undo: UndoList): void {
  if (sysctls.size === 0) return;
  namespace.enter(() => {
    for (const [path, value] of sysctls) {
      const before = readIfReadable(path);
      writeSysctl(path, value);
      if (before !== undefined) undo.push(() => namespace.enter(() => writeSysctl(path, before)));
    }
  });
}

/** Some can be written only. */
function readIfReadable(path: string): string | undefined {
  try {
    return readSysctl(path);
  } catch {
    return undefined;
  }
}

function requireSysctls(sysctls: ReadonlyMap<string, string>): void {
  for (const [path, value] of sysctls) {
    const actual = readSysctl(path);
    if (isSameValue(actual, value)) continue;
    throw failure(`Error: Tuning configured value of ${path} is ${value}, current value is ${actual}`);
  }
}

function tuneLink(
  { route }: ContainerNetwork,
  link: Link,
  id: AttachmentId,
  { dataDir, link: settings }: TuningConfig,
  undo: UndoList,
): void {
  const backup = backupOf(link, settings);
  writeBackup(dataDir, id, formatBackup(backup));
  undo.push(() => removeBackup(dataDir, id));
  // the kernel stops at what it refuses, and keeps what came before
  undo.push(() => route.requestAll(restore(link.index, backup)));
  const { mac, mtu, promiscuous, allMulticast, txQueueLength } = settings;
  const change = {
    mac: mac === undefined ? undefined : parseHardwareAddress(mac),
    mtu,
    promiscuous: promiscuous ? true : undefined,
    allMulticast,
    txQueueLength,
  };
  try {
    route.request(changeLink(link.index, change));
  } catch (error) {
    throw failure(kernelWords(error), error);
  }
}

/** The hardware address of the interface as the configuration writes it. */
function withMac(result: CniResult, ifName: string, { mac }: LinkSettings): CniResult {
  if (mac === undefined) return result;
  const interfaces = result.interfaces.map((entry) => (entry.name === ifName ? { ...entry, mac } : entry));
  return { ...result, interfaces };
}
