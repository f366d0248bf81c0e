import type { FrameworkInfo, scheduler } from "@fairlead/mesos-api";
import type { Principal } from "../../base/authorizer.ts";
import { OfferConstraintsFilter } from "../allocator/offer-constraints.ts";
import type { Core } from "../core.ts";
import { frameworkIdOf } from "../ids.ts";
import { validateFrameworkInfo, validateSuppressedRoles } from "../validation/framework-info.ts";
import { setText } from "../validation/set-text.ts";
import { frameworkRoles } from "./capabilities.ts";

/** What a framework says about its offers, beside its FrameworkInfo: in SUBSCRIBE and in UPDATE_FRAMEWORK. */
export interface FrameworkOptions {
  readonly suppressedRoles: ReadonlySet<string>;
  readonly constraints: OfferConstraintsFilter;
}

/** Why a FrameworkInfo cannot be taken now; undefined when it can. */
export function refuseInfo(core: Core, info: FrameworkInfo): string | undefined {
  const error = validateFrameworkInfo(info, core.config);
  if (error !== undefined) return error;
  // After its failover timeout, or a teardown: the scheduler has to come without an id.
  return core.completedFrameworks.has(frameworkIdOf(info.id)) ? "Framework has been removed" : undefined;
}

/** Reads the options; the text of the error otherwise, in Mesos's words. Source: `createAllocatorFrameworkOptions`. */
export function parseOptions(
  info: FrameworkInfo,
  suppressedRoles: readonly string[],
  offerConstraints: scheduler.OfferConstraints | undefined,
): FrameworkOptions | string {
  const roles = new Set(frameworkRoles(info));
  const error = validateSuppressedRoles(roles, suppressedRoles);
  if (error !== undefined) return error;
  for (const role of Object.keys(offerConstraints?.roleConstraints ?? {})) {
    if (!roles.has(role)) {
      return `Offer constraints specify \`role_constraints\` for a role '${role}'not contained in the set of roles`;
    }
  }
  const constraints = OfferConstraintsFilter.create(offerConstraints);
  if (typeof constraints === "string") return `Offer constraints are not valid: ${constraints}`;
  return { suppressedRoles: new Set(suppressedRoles), constraints };
}

/** Why a principal may not register a framework with these roles; undefined when it may. */
export function refusePrincipal(core: Core, info: FrameworkInfo, principal: Principal): string | undefined {
  const roles = frameworkRoles(info);
  const isAllowed = roles.every((value) =>
    core.authorizer.authorize(principal, "register_framework", { kind: "role", value }),
  );
  return isAllowed
    ? undefined
    : `Not authorized to register framework ${info.id?.value ?? ""} with roles ${setText(roles)}`;
}
