import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FrameworkInfo_Capability_Type as Capability,
  create,
  FrameworkInfoSchema,
  type MessageInitShape,
} from "@fairlead/mesos-api";
import {
  type FrameworkRules,
  validateFrameworkInfo,
  validateFrameworkUpdate,
  validateSuppressedRoles,
} from "./framework-info.ts";

type Init = Partial<MessageInitShape<typeof FrameworkInfoSchema>>;

const MULTI_ROLE = { capabilities: [{ type: Capability.MULTI_ROLE }] };
const RULES: FrameworkRules = { rootSubmissions: true };

function info(init: Init) {
  return create(FrameworkInfoSchema, { user: "u", name: "n", ...init } as MessageInitShape<typeof FrameworkInfoSchema>);
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `r${i}`);
}

for (const [name, init, expected, rules = RULES] of [
  ["nothing special", {}, undefined],
  ["a role", { role: "web" }, undefined],
  ["several roles", { ...MULTI_ROLE, roles: ["a", "b/c"] }, undefined],
  ["as many roles as there may be", { ...MULTI_ROLE, roles: numbered(10_000) }, undefined],
  ["more roles", { ...MULTI_ROLE, roles: numbered(10_001) }, "'FrameworkInfo.roles' contains more than 10000 roles"],
  ["no roles at all", { ...MULTI_ROLE }, undefined],
  [
    "role with MULTI_ROLE",
    { ...MULTI_ROLE, role: "a" },
    "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable",
  ],
  [
    "roles without MULTI_ROLE",
    { roles: ["a"] },
    "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable",
  ],
  [
    "roles twice",
    { ...MULTI_ROLE, roles: ["b", "a", "b", "a", "c"] },
    "'FrameworkInfo.roles' contains duplicate items: { a, b }",
  ],
  [
    "a bad role among roles",
    { ...MULTI_ROLE, roles: ["a", "/b"] },
    "'FrameworkInfo.roles' contains invalid role: Role '/b' cannot start with a slash",
  ],
  [
    "a bad role",
    { role: "a b" },
    "'FrameworkInfo.role' is not a valid role: Role component 'a b' is invalid because it contains backspace or whitespace",
  ],
  ["a bad id", { id: { value: "a/b" } }, "'a/b' contains invalid characters"],
  ["an empty id", { id: { value: "" } }, undefined],
  [
    "an empty filter",
    { offerFilters: { a: { minAllocatableResources: { quantities: [{ quantities: {} }] } } } },
    "Resource quantities must contain at least one quantity",
  ],
  [
    "a negative filter",
    { offerFilters: { a: { minAllocatableResources: { quantities: [{ quantities: { cpus: { value: -1 } } }] } } } },
    "Invalid resource quantity for 'cpus': Negative values not supported",
  ],
  ["a long failover timeout", { failoverTimeout: 604_800 }, undefined],
  ["a negative failover timeout", { failoverTimeout: -1 }, undefined],
  ["an endless failover timeout", { failoverTimeout: 1e30 }, "The framework failover_timeout (1e+30) is invalid"],
  ["no number as failover timeout", { failoverTimeout: Number.NaN }, "The framework failover_timeout (NaN) is invalid"],
  [
    "a role that is not listed",
    { ...MULTI_ROLE, roles: ["a", "c", "b"] },
    "Roles { b, c } are not present in the master's --roles",
    { roles: ["a"], rootSubmissions: true },
  ],
  [
    "root",
    { user: "root" },
    "User 'root' is not allowed to run frameworks without --root_submissions set",
    { rootSubmissions: false },
  ],
] as [string, Init, string | undefined, FrameworkRules?][]) {
  test(`a framework with ${name}: ${expected ?? "valid"}`, () => {
    assert.equal(validateFrameworkInfo(info(init), rules), expected);
  });
}

for (const [name, before, after, expected] of [
  ["the name", { name: "a" }, { name: "b" }, undefined],
  ["the principal", { principal: "a" }, { principal: "b" }, "Changing framework's principal is not allowed."],
  ["the absence of a principal", {}, { principal: "" }, "Changing framework's principal is not allowed."],
  [
    "the user",
    { user: "a" },
    { user: "b" },
    "Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'a' to 'b'",
  ],
  [
    "checkpoint",
    {},
    { checkpoint: true },
    "Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'false' to 'true'",
  ],
] as [string, Init, Init, string | undefined][]) {
  test(`changing ${name}: ${expected ?? "allowed"}`, () => {
    assert.equal(validateFrameworkUpdate(info(before), info(after)), expected);
  });
}

test("only own roles can be suppressed", () => {
  assert.equal(validateSuppressedRoles(new Set(["a", "b"]), ["b", "b"]), undefined);
  assert.equal(
    validateSuppressedRoles(new Set(["a"]), ["c", "b", "c"]),
    "Suppressed roles { b, c } are not contained in the set of roles",
  );
});
