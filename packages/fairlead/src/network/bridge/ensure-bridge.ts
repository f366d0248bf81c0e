import { ifNameProblem } from "@fairlead/cni";
import { changeLink, createBridge, deleteLink, findLink, isRefusal, type Link } from "@fairlead/netlink";
import type { AddContext } from "../plugin/add-context.ts";
import { refuseRouterAdvertisements } from "../plugin/interface-settings.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { kernelWords } from "../plugin/kernel-words.ts";
import { failure } from "../plugin/plugin-error.ts";
import type { BridgeConfig } from "./config.ts";

/** IFNAMSIZ without the NUL. */
const MAX_NAME_BYTES = 15;

type BridgeShape = Pick<BridgeConfig, "bridge" | "mtu" | "promiscMode" | "vlan" | "vlanTrunk">;

/** The bridge of a configuration, undefined where it is not there yet. Errors: code 999 where its name is another link's, or none at all. */
export function findBridge(kernel: Kernel, { bridge }: Pick<BridgeConfig, "bridge">): Link | undefined {
  const problem = nameProblem(bridge);
  if (problem !== undefined)
    throw failure(`failed to create bridge "${bridge}": could not add "${bridge}": ${problem}`);
  const link = findLink(kernel.host, bridge);
  if (link !== undefined && link.kind !== "bridge") {
    throw failure(`failed to create bridge "${bridge}": "${bridge}" already exists but is not a bridge`);
  }
  return link;
}

/** Makes it where it is not present, takes it up, and has it refuse router advertisements, whoever made it: so does the reference plugin. */
export function ensureBridge(
  context: Pick<AddContext, "kernel" | "undo">,
  shape: BridgeShape,
  present: Link | undefined,
): Link {
  const { kernel } = context;
  const link = present ?? makeBridge(context, shape);
  if (link.acceptsRouterAdvertisements) refuseRouterAdvertisements(link.name);
  const promiscuous = shape.promiscMode || undefined;
  if (!link.isUp || (promiscuous && !link.isPromiscuous)) {
    kernel.host.request(changeLink(link.index, { up: true, promiscuous }));
  }
  return link;
}

function makeBridge({ kernel, undo }: Pick<AddContext, "kernel" | "undo">, shape: BridgeShape): Link {
  const { bridge: name, mtu, vlan, vlanTrunk } = shape;
  try {
    kernel.host.request(createBridge({ name, mtu, vlanFiltering: vlan !== 0 || vlanTrunk !== undefined }));
    undo.push(() => {
      const link = findLink(kernel.host, name);
      if (link !== undefined) kernel.host.request(deleteLink(link.index));
    });
  } catch (error) {
    // EEXIST: another process was faster
    if (!isRefusal(error, "EEXIST")) {
      throw failure(`failed to create bridge "${name}": could not add "${name}": ${kernelWords(error)}`, error);
    }
  }
  const link = findBridge(kernel, shape);
  if (link === undefined)
    throw failure(`failed to create bridge "${name}": could not lookup "${name}": Link not found`);
  return link;
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "LinkAttrs.Name cannot be empty";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return "numerical result out of range";
  return ifNameProblem(name) === undefined ? undefined : "invalid argument";
}
