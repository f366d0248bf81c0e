import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CheckInfo_Type,
  CheckInfoSchema,
  create,
  HealthCheck_Type,
  HealthCheckSchema,
  type MessageInitShape,
} from "@fairlead/mesos-api";
import { validateCheck, validateHealthCheck } from "./check.ts";

for (const [init, expected] of [
  [{}, "CheckInfo must specify 'type'"],
  [{ type: CheckInfo_Type.UNKNOWN }, "'UNKNOWN' is not a valid check type"],
  [{ type: CheckInfo_Type.COMMAND }, "Expecting 'command' to be set for COMMAND check"],
  [{ type: CheckInfo_Type.COMMAND, command: { command: {} } }, "Command check must contain 'shell command'"],
  [
    { type: CheckInfo_Type.COMMAND, command: { command: { shell: false } } },
    "Command check must contain 'executable path'",
  ],
  [
    {
      type: CheckInfo_Type.COMMAND,
      command: { command: { value: "true", environment: { variables: [{ name: "V" }] } } },
    },
    "Check's `CommandInfo` is invalid: Environment variable 'V' of type 'VALUE' must have a value set",
  ],
  [{ type: CheckInfo_Type.HTTP }, "Expecting 'http' to be set for HTTP check"],
  [{ type: CheckInfo_Type.HTTP, http: { port: 1, path: "x" } }, "The path 'x' of HTTP check must start with '/'"],
  [{ type: CheckInfo_Type.TCP }, "Expecting 'tcp' to be set for TCP check"],
  [{ type: CheckInfo_Type.TCP, tcp: { port: 1 }, delaySeconds: -1 }, "Expecting 'delay_seconds' to be non-negative"],
  [{ type: CheckInfo_Type.TCP, tcp: { port: 1 } }, undefined],
] as [MessageInitShape<typeof CheckInfoSchema>, string | undefined][]) {
  test(`check: ${expected ?? "valid"}`, () => assert.equal(validateCheck(create(CheckInfoSchema, init)), expected));
}

for (const [init, expected] of [
  [{}, "HealthCheck must specify 'type'"],
  [{ type: HealthCheck_Type.UNKNOWN }, "'UNKNOWN' is not a valid health check type"],
  [{ type: HealthCheck_Type.COMMAND }, "Expecting 'command' to be set for COMMAND health check"],
  [{ type: HealthCheck_Type.COMMAND, command: {} }, "Command health check must contain 'shell command'"],
  [{ type: HealthCheck_Type.HTTP }, "Expecting 'http' to be set for HTTP health check"],
  [{ type: HealthCheck_Type.HTTP, http: { port: 1, scheme: "ftp" } }, "Unsupported HTTP health check scheme: 'ftp'"],
  [
    { type: HealthCheck_Type.HTTP, http: { port: 1, path: "x" } },
    "The path 'x' of HTTP health check must start with '/'",
  ],
  [{ type: HealthCheck_Type.TCP }, "Expecting 'tcp' to be set for TCP health check"],
  [
    { type: HealthCheck_Type.TCP, tcp: { port: 1 }, gracePeriodSeconds: -1 },
    "Expecting 'grace_period_seconds' to be non-negative",
  ],
  [{ type: HealthCheck_Type.HTTP, http: { port: 1, scheme: "https", path: "/x" } }, undefined],
] as [MessageInitShape<typeof HealthCheckSchema>, string | undefined][]) {
  test(`health check: ${expected ?? "valid"}`, () =>
    assert.equal(validateHealthCheck(create(HealthCheckSchema, init)), expected));
}
