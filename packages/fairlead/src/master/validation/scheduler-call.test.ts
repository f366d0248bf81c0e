import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape, scheduler } from "@fairlead/mesos-api";
import { validateSchedulerCall } from "./scheduler-call.ts";

const { CallSchema, Call_Type } = scheduler;
type Init = MessageInitShape<typeof CallSchema>;

const ID = { value: "f" };
const INFO = { user: "u", name: "n" };
const UUID = new Uint8Array(16);

for (const [name, init, expected, principal] of [
  ["a call without a type", { frameworkId: ID }, "Expecting 'type' to be present"],
  ["SUBSCRIBE without its payload", { type: Call_Type.SUBSCRIBE }, "Expecting 'subscribe' to be present"],
  ["SUBSCRIBE", { type: Call_Type.SUBSCRIBE, subscribe: { frameworkInfo: INFO } }, undefined],
  [
    "SUBSCRIBE with an empty id",
    { type: Call_Type.SUBSCRIBE, subscribe: { frameworkInfo: { ...INFO, id: { value: "" } } } },
    undefined,
  ],
  [
    "SUBSCRIBE whose ids differ",
    { type: Call_Type.SUBSCRIBE, frameworkId: ID, subscribe: { frameworkInfo: INFO } },
    "'framework_id' differs from 'subscribe.framework_info.id'",
  ],
  [
    "SUBSCRIBE under another principal",
    { type: Call_Type.SUBSCRIBE, subscribe: { frameworkInfo: { ...INFO, principal: "p" } } },
    "Authenticated principal 'q' does not match principal 'p' set in `FrameworkInfo`",
    "q",
  ],
  ["TEARDOWN without an id", { type: Call_Type.TEARDOWN }, "Expecting 'framework_id' to be present"],
  ["TEARDOWN", { type: Call_Type.TEARDOWN, frameworkId: ID }, undefined],
  ["REVIVE without its payload", { type: Call_Type.REVIVE, frameworkId: ID }, undefined],
  ["SUPPRESS without its payload", { type: Call_Type.SUPPRESS, frameworkId: ID }, undefined],
  ["ACCEPT without its payload", { type: Call_Type.ACCEPT, frameworkId: ID }, "Expecting 'accept' to be present"],
  ["DECLINE without its payload", { type: Call_Type.DECLINE, frameworkId: ID }, "Expecting 'decline' to be present"],
  [
    "ACCEPT_INVERSE_OFFERS without its payload",
    { type: Call_Type.ACCEPT_INVERSE_OFFERS, frameworkId: ID },
    "Expecting 'accept_inverse_offers' to be present",
  ],
  [
    "DECLINE_INVERSE_OFFERS without its payload",
    { type: Call_Type.DECLINE_INVERSE_OFFERS, frameworkId: ID },
    "Expecting 'decline_inverse_offers' to be present",
  ],
  ["KILL without its payload", { type: Call_Type.KILL, frameworkId: ID }, "Expecting 'kill' to be present"],
  ["SHUTDOWN without its payload", { type: Call_Type.SHUTDOWN, frameworkId: ID }, "Expecting 'shutdown' to be present"],
  [
    "ACKNOWLEDGE without its payload",
    { type: Call_Type.ACKNOWLEDGE, frameworkId: ID },
    "Expecting 'acknowledge' to be present",
  ],
  [
    "ACKNOWLEDGE with a short uuid",
    { type: Call_Type.ACKNOWLEDGE, frameworkId: ID, acknowledge: { agentId: ID, taskId: ID, uuid: UUID.slice(1) } },
    "Not a valid UUID",
  ],
  [
    "ACKNOWLEDGE",
    { type: Call_Type.ACKNOWLEDGE, frameworkId: ID, acknowledge: { agentId: ID, taskId: ID, uuid: UUID } },
    undefined,
  ],
  [
    "ACKNOWLEDGE without a task",
    { type: Call_Type.ACKNOWLEDGE, frameworkId: ID, acknowledge: { agentId: ID, uuid: UUID } },
    "Not initialized: acknowledge.task_id",
  ],
  [
    "ACKNOWLEDGE_OPERATION_STATUS without an agent",
    {
      type: Call_Type.ACKNOWLEDGE_OPERATION_STATUS,
      frameworkId: ID,
      acknowledgeOperationStatus: { operationId: ID, uuid: UUID },
    },
    "Expecting 'agent_id' to be present",
  ],
  [
    "RECONCILE without its payload",
    { type: Call_Type.RECONCILE, frameworkId: ID },
    "Expecting 'reconcile' to be present",
  ],
  [
    "RECONCILE_OPERATIONS without its payload",
    { type: Call_Type.RECONCILE_OPERATIONS, frameworkId: ID },
    "Expecting 'reconcile_operations' to be present",
  ],
  ["MESSAGE without its payload", { type: Call_Type.MESSAGE, frameworkId: ID }, "Expecting 'message' to be present"],
  ["REQUEST without its payload", { type: Call_Type.REQUEST, frameworkId: ID }, "Expecting 'request' to be present"],
  [
    "UPDATE_FRAMEWORK without its payload",
    { type: Call_Type.UPDATE_FRAMEWORK, frameworkId: ID },
    "Expecting 'update_framework' to be present",
  ],
  [
    "UPDATE_FRAMEWORK whose ids differ",
    { type: Call_Type.UPDATE_FRAMEWORK, frameworkId: ID, updateFramework: { frameworkInfo: INFO } },
    "'framework_id' differs from 'update_framework.framework_info.id'",
  ],
  ["a call of an unknown type", { type: Call_Type.UNKNOWN, frameworkId: ID }, undefined],
] as [string, Init, string | undefined, string?][]) {
  test(`${name}: ${expected ?? "well formed"}`, () => {
    assert.equal(validateSchedulerCall(create(CallSchema, init), principal), expected);
  });
}
