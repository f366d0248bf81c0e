import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment_Variable_Type, Secret_Type } from "@fairlead/mesos-api";
import { aTask } from "../testing/fixtures.ts";
import { type EnvironmentContext, taskEnvironment } from "./environment.ts";

const context: EnvironmentContext = {
  frameworkId: "F",
  executorId: "E",
  agentId: "S",
  agentPid: "slave(1)@192.0.2.1:5051",
  agentEndpoint: "192.0.2.1:5051",
  agentIp: "192.0.2.1",
  sandbox: "/sandbox",
  checkpoint: false,
  shutdownGracePeriodMs: 5000,
};

test("what a command task sees in Mesos", () => {
  assert.deepEqual(taskEnvironment(aTask("t"), context), {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LIBPROCESS_IP: "192.0.2.1",
    LIBPROCESS_PORT: "0",
    MESOS_FRAMEWORK_ID: "F",
    MESOS_EXECUTOR_ID: "E",
    MESOS_DIRECTORY: "/sandbox",
    MESOS_SANDBOX: "/sandbox",
    MESOS_SLAVE_ID: "S",
    MESOS_SLAVE_PID: "slave(1)@192.0.2.1:5051",
    MESOS_AGENT_ENDPOINT: "192.0.2.1:5051",
    MESOS_CHECKPOINT: "0",
    MESOS_HTTP_COMMAND_EXECUTOR: "0",
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "5secs",
    MESOS_ALLOCATION_ROLE: "*",
  });
  const checkpointed = taskEnvironment(aTask("t"), { ...context, checkpoint: true });
  assert.equal(checkpointed.MESOS_CHECKPOINT, "1");
  assert.equal(checkpointed.MESOS_RECOVERY_TIMEOUT, "15mins");
  assert.equal(checkpointed.MESOS_SUBSCRIPTION_BACKOFF_MAX, "2secs");
});

test("what the command brings comes over it; secrets are left to the containerizer", () => {
  const variables = [
    { name: "PATH", value: "/opt/bin" },
    { name: "S", type: Environment_Variable_Type.SECRET, secret: { type: Secret_Type.REFERENCE } },
  ];
  const environment = taskEnvironment(aTask("t", { command: { environment: { variables } } }), context);
  assert.equal(environment.PATH, "/opt/bin");
  assert.equal(Object.hasOwn(environment, "S"), false);
});
