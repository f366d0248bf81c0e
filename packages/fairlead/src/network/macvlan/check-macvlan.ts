import type { PluginCall } from "@fairlead/cni";
import { attachment } from "../plugin/attachment.ts";
import { checkAddresses, checkInterface, resultInterface } from "../plugin/check-interface.ts";
import type { Ipam } from "../plugin/ipam.ts";
import type { Kernel } from "../plugin/kernel.ts";
import { withContainerAt } from "../plugin/open-container.ts";
import { failure } from "../plugin/plugin-error.ts";
import { requirePrevResult } from "../plugin/required-prev-result.ts";
import { parseMacvlanConfig } from "./config.ts";
import { findMaster } from "./master.ts";

/** Whether an attachment is as its ADD left it. Errors: code 999, in the words of the reference. */
export function checkMacvlan(kernel: Kernel, call: PluginCall, ipam: Ipam): void {
  const config = parseMacvlanConfig(call);
  const id = attachment(call);
  withContainerAt(kernel, id.netns, (container) => {
    findMaster(config.linkInContainer ? container.route : kernel.host, config);
    ipam.check();
    const result = requirePrevResult(call);
    const link = checkInterface(container, resultInterface(result, id), "macvlan");
    if (link.macvlanMode !== config.mode) {
      throw failure(`Container macvlan mode ${link.macvlanMode} does not match expected value: ${config.mode}`);
    }
    checkAddresses(container, link, result);
  });
}
