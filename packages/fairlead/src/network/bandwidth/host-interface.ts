import type { CniResult } from "@fairlead/cni";
import { findLink, findLinkByIndex, type Link } from "@fairlead/netlink";
import type { Attachment } from "../plugin/attachment.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";

/** The host's end of a container's veth, which the result must tell of. Errors: code 999 in the reference plugin's words. */
export function hostInterface(kernel: Kernel, { netns, ifName }: Attachment, { interfaces }: CniResult): Link {
  const index = peerIndex(kernel, netns, ifName, interfaces.length > 0);
  const link = findLinkByIndex(kernel.host, index);
  if (link === undefined) throw failure(`veth peer with index ${index} is not in host ns`);
  if (!interfaces.some(({ sandbox, name }) => sandbox === undefined && name === link.name)) {
    throw failure("no veth peer of container interface found in host ns");
  }
  return link;
}

function peerIndex(kernel: Kernel, netns: string, ifName: string, hasInterfaces: boolean): number {
  const link = withContainerAt(kernel, netns, ({ route }) => {
    // the reference plugin opens the namespace before it looks at the result
    if (!hasInterfaces) throw failure("no interfaces provided");
    return findLink(route, ifName);
  });
  const reason = link === undefined ? "Link not found" : `interface "${ifName}" was not a veth interface`;
  const index = link?.kind === "veth" ? link.peerIndex : undefined;
  if (index === undefined || index <= 0) throw failure(`container interface ${ifName} has no veth peer: ${reason}`);
  return index;
}
