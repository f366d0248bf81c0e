import { validateRole } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";

/** REVIVE: offers of these roles are wanted again, also of what was declined; none named means all. One bad role drops the whole call. */
export function revive(core: Core, framework: Framework, roles: readonly string[]): void {
  core.counters.increment("messages_revive_offers");
  if (areOwn(core, framework, roles, "revive")) core.allocator.revive(framework.id, roles);
}

/** SUPPRESS: no more offers of these roles; none named means all. What is outstanding stays valid. */
export function suppress(core: Core, framework: Framework, roles: readonly string[]): void {
  core.counters.increment("messages_suppress_offers");
  if (areOwn(core, framework, roles, "suppression")) core.allocator.suppress(framework.id, roles);
}

function areOwn(core: Core, framework: Framework, roles: readonly string[], what: string): boolean {
  for (const role of roles) {
    const invalid = validateRole(role);
    const reason =
      invalid !== undefined
        ? `${what} role '${role}' is invalid: ${invalid}`
        : framework.share.roles.has(role)
          ? undefined
          : `${what} role '${role}' is not one of the frameworks's subscribed roles`;
    if (reason === undefined) continue;
    core.log.warn({ frameworkId: framework.id, reason }, "dropped a call about roles");
    return false;
  }
  return true;
}
