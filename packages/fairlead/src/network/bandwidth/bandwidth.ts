import { type CniResult, convertResult, type JsonObject, type PluginCall, type ResultInterface } from "@fairlead/cni";
import {
  changeLink,
  createIfb,
  deleteQdisc,
  findLink,
  findQdisc,
  type Link,
  listLinks,
  PacketClock,
  readTbf,
  type Tbf,
  TrafficHandle,
} from "@fairlead/netlink";
import { attachment, attachmentId, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { isOfNetwork, ownerAlias } from "../plugin/owner-alias.ts";
import { failure, PluginErrorCode, pluginError } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { type BandwidthConfig, parseBandwidthConfig, type Shape } from "./config.ts";
import { hostInterface } from "./host-interface.ts";
import { ifbName } from "./ifb-name.ts";
import { redirectReceived, shape } from "./shaping.ts";
import { tokenBucket } from "./token-bucket.ts";

/**
 * `bandwidth`: limits what a container receives by a token bucket on the host's end of its veth, and what it sends by one on an ifb, to which all that
 * the host's end receives is redirected.
 *
 * DEL returns before the kernel has deleted the ifb, which is down and has another name by then. Beyond the reference plugin: an ADD that fails
 * leaves nothing; CHECK wants the token bucket to be there, not only that no other one is; GC.
 *
 * Source: https://www.cni.dev/plugins/current/meta/bandwidth/
 */
export class Bandwidth implements BuiltInPlugin {
  #clock: PacketClock | undefined;

  add(kernel: Kernel, call: PluginCall): JsonObject {
    const config = parseBandwidthConfig(call.config);
    const result = requirePrevResult(call);
    if (isUnlimited(config)) return convertResult(result, resultVersion(call));
    const host = hostInterface(kernel, attachment(call), result);
    requireFree(kernel, host, config);
    const added = UndoList.guard((undo) => {
      if (config.ingress !== undefined) this.#limit(kernel, host.index, config.ingress, undo);
      return config.egress === undefined ? [] : [this.#limitSent(kernel, call, host, config.egress, undo)];
    });
    return convertResult({ ...result, interfaces: [...result.interfaces, ...added] }, resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const { network, containerId } = attachmentId(call);
    parseBandwidthConfig(call.config);
    const ifb = findLink(kernel.host, ifbName(network, containerId));
    if (ifb !== undefined) kernel.linkRemover.remove(ifb.index);
  }

  check(kernel: Kernel, call: PluginCall): void {
    const config = parseBandwidthConfig(call.config);
    const result = requirePrevResult(call);
    const { network, containerId, ...rest } = attachment(call);
    const host = hostInterface(kernel, { network, containerId, ...rest }, result);
    if (config.ingress !== undefined) this.#checkBucket(kernel, host, config.ingress);
    if (config.egress === undefined) return;
    const ifb = findLink(kernel.host, ifbName(network, containerId));
    if (ifb === undefined) throw failure("get ifb device: Link not found");
    this.#checkBucket(kernel, ifb, config.egress);
  }

  gc(kernel: Kernel, { config }: PluginCall): void {
    const { name: network } = config;
    if (typeof network !== "string") throw pluginError(PluginErrorCode.invalidConfig, "missing network name");
    const valid = new Set(parseValidAttachments(config).map((id) => ownerAlias({ network, ...id })));
    const dead = listLinks(kernel.host).filter(({ kind, alias }) => {
      return kind === "ifb" && isOfNetwork(alias, network) && !valid.has(alias);
    });
    for (const { index } of dead) kernel.linkRemover.remove(index);
    kernel.linkRemover.sweep();
  }

  status(_: Kernel, { config }: PluginCall): void {
    parseBandwidthConfig(config);
  }

  #bucket(wanted: Shape): Tbf {
    this.#clock ??= PacketClock.read();
    return tokenBucket(wanted, this.#clock);
  }

  #limit(kernel: Kernel, linkIndex: number, wanted: Shape, undo: UndoList): void {
    inWords("create qdisc", () => kernel.host.request(shape(linkIndex, this.#bucket(wanted))));
    undo.push(() => kernel.host.request(deleteQdisc({ linkIndex, parent: TrafficHandle.root })));
  }

  #limitSent(kernel: Kernel, call: PluginCall, host: Link, wanted: Shape, undo: UndoList): ResultInterface {
    const id = attachmentId(call);
    const name = ifbName(id.network, id.containerId);
    const ifb = makeIfb(kernel, { name, mtu: host.mtu, alias: ownerAlias(id) });
    undo.push(() => kernel.linkRemover.remove(ifb.index));
    inWords("create ifb qdisc", () => kernel.host.request(shape(ifb.index, this.#bucket(wanted))));
    undo.push(() => kernel.host.request(deleteQdisc({ linkIndex: host.index, parent: TrafficHandle.ingress })));
    inWords("add filter", () => kernel.host.requestAll(redirectReceived(host.index, ifb.index)));
    return { name, mac: ifb.mac };
  }

  #checkBucket({ host }: Kernel, { index: linkIndex }: Link, wanted: Shape): void {
    const qdisc = findQdisc(host, { linkIndex, parent: TrafficHandle.root });
    const actual = qdisc && readTbf(qdisc);
    if (actual === undefined) throw failure("Failed to find qdisc");
    const bucket = this.#bucket(wanted);
    if (actual.rateBytesPerSecond !== bucket.rateBytesPerSecond) throw failure("Rate doesn't match");
    if (actual.limitBytes !== bucket.limitBytes) throw failure("Limit doesn't match");
    if (actual.bufferTicks !== bucket.bufferTicks) throw failure("Buffer doesn't match");
  }
}

function isUnlimited({ ingress, egress }: BandwidthConfig): boolean {
  return ingress === undefined && egress === undefined;
}

function requirePrevResult(call: PluginCall): CniResult {
  const result = readPrevResult(call);
  if (result === undefined) throw failure("must be called as chained plugin");
  return result;
}

/** Looks before anything is changed: what is undone later must be ours. */
function requireFree({ host }: Kernel, { index: linkIndex }: Link, { ingress, egress }: BandwidthConfig): void {
  const isTaken = (parent: number) => findQdisc(host, { linkIndex, parent }) !== undefined;
  if (ingress !== undefined && isTaken(TrafficHandle.root)) throw failure("create qdisc: file exists");
  if (egress !== undefined && isTaken(TrafficHandle.ingress)) throw failure("create ingress qdisc: file exists");
}

/** As the reference plugin makes it, without a queue beside the one of the token bucket; and marked. */
function makeIfb(
  { host }: Kernel,
  { name, mtu, alias }: { readonly name: string; readonly mtu: number; readonly alias: string },
): Link {
  // where the name is taken the first fails and the second is done all the same: an ifb of this name belongs to this network
  const requests = [createIfb({ name, mtu, up: true, txQueueLength: 0 }), changeLink(name, { alias })];
  inWords("adding link", () => host.requestAll(requests));
  const ifb = findLink(host, name);
  if (ifb === undefined) throw failure(`the ifb ${name} has gone`);
  return ifb;
}

/** Names the step that failed, as the reference plugin does. */
function inWords(step: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    throw failure(`${step}: ${kernelWords(error)}`, error);
  }
}
