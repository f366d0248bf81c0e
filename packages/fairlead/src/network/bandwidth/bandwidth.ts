import { type CniResult, convertResult, type JsonObject, type PluginCall, type ResultInterface } from "@fairlead/cni";
import { type Link, listLinks, PacketClock, type Tbf } from "@fairlead/netlink";
import { type AttachmentId, attachment, attachmentId, networkName, resultVersion } from "../plugin/attachment.ts";
import type { BuiltInPlugin } from "../plugin/built-in-plugin.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { requestNamed } from "../plugin/named-requests.ts";
import { isOfNetwork, ownerAlias } from "../plugin/owner-alias.ts";
import { failure } from "../plugin/plugin-error.ts";
import { readPrevResult } from "../plugin/prev-result.ts";
import { UndoList } from "../plugin/undo.ts";
import { parseValidAttachments } from "../plugin/valid-attachments.ts";
import { type BandwidthConfig, parseBandwidthConfig, type Shape } from "./config.ts";
import { hostInterface } from "./host-interface.ts";
import { findIfb, makeIfb } from "./ifb.ts";
import { redirectReceived, requireShaped, requireUnshaped, shape, unshape } from "./shaping.ts";
import { tokenBucket } from "./token-bucket.ts";

/**
 * `bandwidth`: limits what a container receives by a token bucket on the host's end of its veth, and what it sends by one on an ifb, to which all that
 * the host's end receives is redirected.
 *
 * DEL returns before the kernel has deleted the ifb, which is down and has another name by then. Beyond the reference plugin: an ADD that fails
 * leaves nothing; a DEL needs no valid limits; CHECK wants the token bucket to be there, not only that no other one is; GC.
 *
 * Source: https://www.cni.dev/plugins/current/meta/bandwidth/
 */
export class Bandwidth implements BuiltInPlugin {
  #clock: PacketClock | undefined;

  add(kernel: Kernel, call: PluginCall): JsonObject {
    const config = parseBandwidthConfig(call.config);
    const result = requirePrevResult(call);
    if (isUnlimited(config)) return convertResult(result, resultVersion(call));
    const id = attachment(call);
    const host = hostInterface(kernel, id, result);
    const added = this.#limit(kernel, id, host, config);
    return convertResult({ ...result, interfaces: [...result.interfaces, ...added] }, resultVersion(call));
  }

  del(kernel: Kernel, call: PluginCall): void {
    const ifb = findIfb(kernel, attachmentId(call));
    if (ifb !== undefined) kernel.linkRemover.remove(ifb.index);
  }

  check(kernel: Kernel, call: PluginCall): void {
    const { ingress, egress } = parseBandwidthConfig(call.config);
    const result = requirePrevResult(call);
    const id = attachment(call);
    const host = hostInterface(kernel, id, result);
    if (ingress !== undefined) requireShaped(kernel.host, host.index, this.#bucket(ingress));
    if (egress === undefined) return;
    const ifb = findIfb(kernel, id);
    if (ifb === undefined) throw failure("get ifb device: Link not found");
    requireShaped(kernel.host, ifb.index, this.#bucket(egress));
  }

  gc(kernel: Kernel, call: PluginCall): void {
    const network = networkName(call);
    const valid = new Set(parseValidAttachments(call.config).map((id) => ownerAlias({ network, ...id })));
    const dead = listLinks(kernel.host).filter(({ kind, alias }) => {
      return kind === "ifb" && isOfNetwork(alias, network) && !valid.has(alias);
    });
    for (const { index } of dead) kernel.linkRemover.remove(index);
    kernel.linkRemover.sweep();
  }

  status(_: Kernel, { config }: PluginCall): void {
    parseBandwidthConfig(config);
  }

  #limit(kernel: Kernel, id: AttachmentId, host: Link, { ingress, egress }: BandwidthConfig): ResultInterface[] {
    const received = ingress && this.#bucket(ingress);
    const sent = egress && this.#bucket(egress);
    // seen from the host's end
    const directions = [...(received ? ["sent" as const] : []), ...(sent ? ["received" as const] : [])];
    requireUnshaped(kernel.host, host.index, directions);
    return UndoList.guard((undo) => {
      const ifb = sent && makeIfb(kernel, id, host.mtu);
      if (ifb !== undefined) undo.push(() => kernel.linkRemover.remove(ifb.index));
      undo.push(() => unshape(kernel.host, host.index, directions));
      requestNamed(kernel.host, [
        ...(received === undefined ? [] : [shape(host.index, received)]),
        // the bucket before the redirection: nothing goes past it
        ...(sent === undefined || ifb === undefined ? [] : [shape(ifb.index, sent)]),
        ...(ifb === undefined ? [] : redirectReceived(host.index, ifb.index)),
      ]);
      return ifb === undefined ? [] : [{ name: ifb.name, mac: ifb.mac }];
    });
  }

  #bucket(wanted: Shape): Tbf {
    this.#clock ??= PacketClock.read();
    return tokenBucket(wanted, this.#clock);
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
