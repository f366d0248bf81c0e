import {
  create,
  FrameworkInfo_Capability_Type,
  FrameworkInfo_Capability_TypeSchema,
  FrameworkInfoSchema,
  isFieldSet,
  scheduler,
  v0,
  writeJson,
} from "@fairlead/mesos-api";
import type { FrameworkView } from "../entities.ts";

/** The members of a framework in `/state-summary`, without braces; `/state` has more. Frameworks that came by HTTP have no `pid`. */
export function frameworkSummaryMembers(framework: FrameworkView): string {
  const { id, info } = framework;
  return v0.jsonMembers([
    ["id", v0.jsonString(id)],
    ["name", v0.jsonString(info.name)],
    ["used_resources", v0.writeBag(framework.used)],
    ["offered_resources", v0.writeBag(framework.offered)],
    [
      "capabilities",
      v0.jsonArray(info.capabilities, ({ type }) =>
        v0.jsonString(v0.enumName(FrameworkInfo_Capability_TypeSchema, type)),
      ),
    ],
    ["hostname", v0.jsonString(info.hostname)],
    ["webui_url", v0.jsonString(info.webuiUrl)],
    ["active", String(framework.active)],
    ["connected", String(framework.connected)],
    ["recovered", String(framework.recovered)],
  ]);
}

/** A framework as `/state` and `/frameworks` show it. */
export function frameworkDocument(framework: FrameworkView): string {
  const { info } = framework;
  return `{${frameworkSummaryMembers(framework)},${v0.jsonMembers([
    ["user", v0.jsonString(info.user)],
    ["failover_timeout", v0.jsonDouble(info.failoverTimeout)],
    ["checkpoint", String(info.checkpoint)],
    ["registered_time", v0.jsonDouble(framework.registeredMs / 1000)],
    ["unregistered_time", v0.jsonDouble((framework.unregisteredMs ?? 0) / 1000)],
    ["principal", isFieldSet(info, FrameworkInfoSchema.field.principal) ? v0.jsonString(info.principal) : undefined],
    ["resources", v0.writeBag(framework.used.plus(framework.offered))],
    [
      "reregistered_time",
      framework.reregisteredMs === undefined || framework.reregisteredMs === framework.registeredMs
        ? undefined
        : v0.jsonDouble(framework.reregisteredMs / 1000),
    ],
    isMultiRole(framework) ? ["roles", v0.jsonArray(info.roles, v0.jsonString)] : ["role", v0.jsonString(info.role)],
    ["tasks", v0.jsonArray(framework.tasks.values(), v0.writeTask)],
    ["unreachable_tasks", v0.jsonArray(framework.unreachableTasks.values(), v0.writeTask)],
    ["completed_tasks", v0.jsonArray(framework.completedTasks, v0.writeTask)],
    ["offers", v0.jsonArray(framework.offers.values(), v0.writeOffer)],
    ["executors", writeExecutors(framework)],
    ["labels", info.labels && v0.writeLabels(info.labels)],
    [
      "offer_constraints",
      writeJson(
        scheduler.OfferConstraintsSchema,
        framework.offerConstraints ?? create(scheduler.OfferConstraintsSchema),
      ),
    ],
  ])}}`;
}

function isMultiRole({ info }: FrameworkView): boolean {
  return info.capabilities.some(({ type }) => type === FrameworkInfo_Capability_Type.MULTI_ROLE);
}

function writeExecutors(framework: FrameworkView): string {
  const texts: string[] = [];
  for (const [agentId, executors] of framework.executors) {
    for (const info of executors.values()) {
      texts.push(`{${v0.writeExecutorMembers(info)},"slave_id":${v0.jsonString(agentId)}}`);
    }
  }
  return `[${texts.join(",")}]`;
}
