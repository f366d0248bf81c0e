import { DurationError, durationFromSeconds, type FrameworkInfo, validateId, validateRole } from "@fairlead/mesos-api";
import { frameworkCapabilities, frameworkRoles } from "../frameworks/capabilities.ts";
import { MAX_ROLES_PER_FRAMEWORK } from "../limits.ts";
import { validateInputScalar } from "./scalar.ts";
import { setText } from "./set-text.ts";

/** What the master's flags say about frameworks. */
export interface FrameworkRules {
  readonly roles?: readonly string[] | undefined;
  readonly rootSubmissions: boolean;
}

/**
 * Why a FrameworkInfo cannot be taken, in Mesos's words; undefined when it can.
 *
 * Source: `Master::validateFramework` and `validation::framework::validate`.
 */
export function validateFrameworkInfo(info: FrameworkInfo, rules: FrameworkRules): string | undefined {
  return (
    validateRoles(info) ??
    validateFrameworkId(info) ??
    validateOfferFilters(info) ??
    validateFailoverTimeout(info) ??
    validateWhitelist(info, rules.roles) ??
    validateUser(info, rules.rootSubmissions)
  );
}

function validateRoles(info: FrameworkInfo): string | undefined {
  if (!frameworkCapabilities(info).multiRole) {
    if (info.roles.length > 0) {
      return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
    }
    const error = validateRole(info.role);
    return error === undefined ? undefined : `'FrameworkInfo.role' is not a valid role: ${error}`;
  }
  if (Object.hasOwn(info, "role")) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  if (info.roles.length > MAX_ROLES_PER_FRAMEWORK) {
    return `'FrameworkInfo.roles' contains more than ${MAX_ROLES_PER_FRAMEWORK} roles`;
  }
  const seen = new Set<string>();
  const duplicates = info.roles.filter((role) => seen.size === seen.add(role).size);
  if (duplicates.length > 0) return `'FrameworkInfo.roles' contains duplicate items: ${setText(duplicates)}`;
  for (const role of info.roles) {
    const error = validateRole(role);
    if (error !== undefined) return `'FrameworkInfo.roles' contains invalid role: ${error}`;
  }
  return undefined;
}

function validateFrameworkId(info: FrameworkInfo): string | undefined {
  return info.id === undefined || info.id.value === "" ? undefined : validateId(info.id.value);
}

function validateOfferFilters(info: FrameworkInfo): string | undefined {
  for (const filters of Object.values(info.offerFilters)) {
    for (const { quantities } of filters.minAllocatableResources?.quantities ?? []) {
      if (Object.keys(quantities).length === 0) return "Resource quantities must contain at least one quantity";
      for (const [name, quantity] of Object.entries(quantities)) {
        const error = validateInputScalar(quantity.value);
        if (error !== undefined) return `Invalid resource quantity for '${name}': ${error}`;
      }
    }
  }
  return undefined;
}

function validateFailoverTimeout(info: FrameworkInfo): string | undefined {
  try {
    durationFromSeconds(info.failoverTimeout);
    return undefined;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return `The framework failover_timeout (${info.failoverTimeout}) is invalid`;
  }
}

function validateWhitelist(info: FrameworkInfo, whitelist: readonly string[] | undefined): string | undefined {
  if (whitelist === undefined) return undefined;
  const invalid = frameworkRoles(info).filter((role) => !whitelist.includes(role));
  return invalid.length === 0 ? undefined : `Roles ${setText(invalid)} are not present in the master's --roles`;
}

function validateUser(info: FrameworkInfo, rootSubmissions: boolean): string | undefined {
  return info.user === "root" && !rootSubmissions
    ? "User 'root' is not allowed to run frameworks without --root_submissions set"
    : undefined;
}

/** Why a framework cannot change from one FrameworkInfo to another; undefined when it can. */
export function validateFrameworkUpdate(before: FrameworkInfo, after: FrameworkInfo): string | undefined {
  const principal = (info: FrameworkInfo) => (Object.hasOwn(info, "principal") ? info.principal : undefined);
  if (principal(before) !== principal(after)) return "Changing framework's principal is not allowed.";
  if (before.user !== after.user) {
    return `Updating 'FrameworkInfo.user' is unsupported; attempted to update from '${before.user}' to '${after.user}'`;
  }
  if (before.checkpoint !== after.checkpoint) {
    return `Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '${before.checkpoint}' to '${after.checkpoint}'`;
  }
  return undefined;
}

/** Why roles cannot be suppressed by a framework with these roles; undefined when they can. */
export function validateSuppressedRoles(roles: ReadonlySet<string>, suppressed: Iterable<string>): string | undefined {
  const invalid = [...suppressed].filter((role) => !roles.has(role));
  return invalid.length === 0
    ? undefined
    : `Suppressed roles ${setText(invalid)} are not contained in the set of roles`;
}
