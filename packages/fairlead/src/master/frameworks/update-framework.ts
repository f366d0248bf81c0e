import { equals, type FrameworkInfo, FrameworkInfoSchema, type scheduler } from "@fairlead/mesos-api";
import type { Principal } from "../../base/authorizer.ts";
import { updateFramework as updateFrameworkEvent } from "../agents/events.ts";
import type { Core } from "../core.ts";
import type { CallOutcome } from "../master-calls.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { validateFrameworkUpdate } from "../validation/framework-info.ts";
import type { Framework } from "./framework.ts";
import { type FrameworkOptions, parseOptions, refuseInfo, refusePrincipal } from "./options.ts";

/**
 * UPDATE_FRAMEWORK: changes roles, capabilities, filters and so on while the stream goes on. The one call that is answered with 200.
 *
 * Source: `Master::updateFramework`.
 */
export function callUpdateFramework(
  core: Core,
  framework: Framework,
  call: scheduler.Call_UpdateFramework,
  principal: Principal,
): CallOutcome {
  // A required field: the call was validated.
  const info = call.frameworkInfo!;
  const invalid = refuseInfo(core, info);
  if (invalid !== undefined) return { status: 400, message: `Supplied FrameworkInfo is not valid: ${invalid}` };
  const unsupported = validateFrameworkUpdate(framework.info, info);
  if (unsupported !== undefined) return { status: 400, message: `FrameworkInfo update is not valid: ${unsupported}` };
  const options = parseOptions(info, call.suppressedRoles, call.offerConstraints);
  if (typeof options === "string") return { status: 400, message: `'UpdateFramework' call is not valid: ${options}` };
  const forbidden = refusePrincipal(core, info, principal);
  if (forbidden !== undefined) return { status: 403, message: forbidden };
  const isChanged = !equals(FrameworkInfoSchema, framework.info, info);
  updateFramework(core, framework, info, options);
  if (isChanged) tellAgents(core, framework);
  return { status: 200 };
}

/** Takes over what was validated. Offers for roles that the framework has left are rescinded. */
export function updateFramework(
  core: Core,
  framework: Framework,
  info: FrameworkInfo,
  options: FrameworkOptions,
): void {
  core.allocator.updateFramework(framework.id, info, options.suppressedRoles, options.constraints);
  framework.info = info;
  for (const offer of outstanding(core, framework)) {
    if (!framework.roles.includes(offer.role)) rescindOffer(core, offer);
  }
}

/** Tells every agent of a FrameworkInfo: executors may live where no task does. Agents also send again what is not acknowledged. */
export function tellAgents(core: Core, framework: Framework): void {
  for (const agent of core.agents.values()) agent.send(updateFrameworkEvent(framework.info));
}
