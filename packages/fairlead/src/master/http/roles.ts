import { v0 } from "@fairlead/mesos-api";
import { addAmounts, type KnownRole } from "./known-roles.ts";

/** The document of `/roles`. Amounts here are only those that are not zero; there are no quotas to tell of yet. */
export function rolesDocument(roles: readonly KnownRole[]): string {
  return v0.jsonObject([["roles", v0.jsonArray(roles, writeRole)]]);
}

function writeRole(role: KnownRole): string {
  return v0.jsonObject([
    ["name", v0.jsonString(role.name)],
    ["weight", v0.jsonDouble(role.weight)],
    [
      "quota",
      v0.jsonObject([
        ["role", v0.jsonString(role.name)],
        ["guarantee", "{}"],
        ["limit", "{}"],
        ["consumed", v0.writeQuantities(role.consumed)],
      ]),
    ],
    ["resources", v0.writeQuantities(addAmounts(role.allocated, role.offered))],
    ["allocated", v0.writeQuantities(role.allocated)],
    ["offered", v0.writeQuantities(role.offered)],
    ["reserved", v0.writeQuantities(role.reserved)],
    ["frameworks", v0.jsonArray(role.frameworks, v0.jsonString)],
  ]);
}
