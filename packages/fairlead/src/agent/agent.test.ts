import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrameworkId, parseTaskId, TaskStatus_Source } from "@fairlead/mesos-api";
import { aFramework, aTask, FRAMEWORK } from "./testing/fixtures.ts";
import { Rig } from "./testing/rig.ts";

test("a task runs and ends: each update in its turn, each with the container's addresses", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework(), aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  const executor = agent.frameworks.get(parseFrameworkId(FRAMEWORK))?.executors.values().next().value;
  assert.equal(executor?.tasks.get(parseTaskId("t"))?.statuses.length, 2);
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => agent.completedFrameworks.length === 1);

  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED"]);
  assert.equal(rig.master.last.message, "Command exited with status 0");
  for (const status of rig.master.updates) {
    assert.equal(status.source, TaskStatus_Source.EXECUTOR);
    assert.equal(status.executorId?.value, "t");
    assert.equal(status.agentId?.value, "M-S0");
    assert.equal(status.containerStatus?.networkInfos[0]?.ipAddresses[0]?.ipAddress, "192.0.2.1");
    assert.equal(status.uuid.length, 16);
  }
  assert.deepEqual(rig.kernel.log, ["launch", "start", "destroy"]);
  assert.deepEqual(await rig.checkpointKeys(), []);
});
