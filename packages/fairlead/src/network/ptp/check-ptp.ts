import type { PluginCall } from "@fairlead/cni";
import { attachment } from "../plugin/attachment.ts";
import { checkAddresses, checkInterface, resultInterface } from "../plugin/check-interface.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { requirePrevResult } from "../plugin/required-prev-result.ts";
import { parsePtpConfig } from "./config.ts";

/** Whether an attachment is as its ADD left it. Errors: code 999, in the words of the reference. */
export function checkPtp(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
  parsePtpConfig(call);
  const id = attachment(call);
  withContainerAt(kernel, id.netns, (container) => {
    ipam.check();
    const result = requirePrevResult(call);
    checkAddresses(container, checkInterface(container, resultInterface(result, id), "veth"), result);
  });
}
