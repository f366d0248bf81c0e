import type { PluginCall } from "@fairlead/cni";
import { checkMasquerade } from "../masquerade/masquerade.ts";
import { attachment } from "../plugin/attachment.ts";
import { checkAddresses, checkInterface, resultInterface } from "../plugin/check-interface.ts";
import { assignedAddresses } from "../plugin/container-addresses.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { requirePrevResult } from "../plugin/required-prev-result.ts";
import { parsePtpConfig } from "./config.ts";

/** Whether an attachment is as its ADD left it; also whether it is masqueraded, which the reference does not look at. Errors: code 999, in its words. */
export function checkPtp(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
  const { ipMasq } = parsePtpConfig(call);
  const id = attachment(call);
  withContainerAt(kernel, id.netns, (container) => {
    ipam.check();
    const result = requirePrevResult(call);
    checkAddresses(container, checkInterface(container, resultInterface(result, id), "veth"), result);
    if (ipMasq && result.ips.length > 0) checkMasquerade(kernel, id, assignedAddresses(result));
  });
}
