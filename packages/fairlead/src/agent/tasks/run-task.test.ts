import assert from "node:assert/strict";
import { readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  CommandInfoSchema,
  ContainerInfo_Type,
  ContainerInfoSchema,
  create,
  FrameworkInfo_Capability_Type,
  HealthCheckSchema,
  internal,
  parseExecutorId,
  parseFrameworkId,
  TaskResourceLimitationSchema,
  TaskState,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import { aFramework, allocated, aTask, FRAMEWORK } from "../testing/fixtures.ts";
import { Rig } from "../testing/rig.ts";

const framework = aFramework();

test("the sandbox lies where Mesos has it, closed to others, with the links to the latest one", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  const executor = agent.frameworks.get(parseFrameworkId(FRAMEWORK))?.executors.get(parseExecutorId("t"));
  const runs = join(rig.workDir, "slaves/M-S0/frameworks/M-0000/executors/t/runs");
  assert.equal(executor?.directory, join(runs, executor?.containerId ?? ""));
  assert.equal((await stat(executor?.directory ?? "")).mode & 0o7777, 0o750);
  assert.equal((await stat(join(executor?.directory ?? "", "stdout"))).size, 0);
  assert.equal(await readlink(join(runs, "latest")), executor?.directory);
  assert.equal(await readlink(join(rig.workDir, "slaves/latest")), join(rig.workDir, "slaves/M-S0"));
  assert.equal((await stat(join(rig.workDir, "meta"))).mode & 0o777, 0o700);
});

test("the container is asked for as Mesos would: the executor's share on top, the user, the environment", async () => {
  await using rig = await Rig.create();
  await rig.start();
  const command = {
    value: "env",
    environment: {
      variables: [
        { name: "A", value: "b" },
        { name: "PATH", value: "/x" },
      ],
    },
  };
  rig.master.run(framework, aTask("t", { command: create(CommandInfoSchema, command) }));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  const config = rig.kernel.containers.get(rig.kernel.only)?.config;
  assert.equal(config?.user, "alice");
  assert.equal(config?.resources.find(({ name }) => name === "mem")?.scalar?.value, 96);
  assert.equal(config?.resources.find(({ name }) => name === "cpus")?.scalar?.value, 1.1);
  assert.equal(config?.environment.MESOS_SANDBOX, config?.directory);
  assert.equal(config?.environment.MESOS_AGENT_ENDPOINT, "192.0.2.1:5051");
  assert.equal(config?.environment.MESOS_CHECKPOINT, "1");
  assert.equal(config?.environment.MESOS_ALLOCATION_ROLE, "*");
  assert.equal(config?.environment.A, "b");
  assert.equal(config?.environment.PATH, "/x");
});

test("without --switch_user tasks run as the agent's user; a command's own user comes first", async () => {
  await using rig = await Rig.create();
  rig.users.bob = rig.users.alice!;
  await rig.start();
  const command = create(CommandInfoSchema, { value: "id", user: "bob" });
  rig.master.run(framework, aTask("t", { command }));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  assert.equal(rig.kernel.containers.get(rig.kernel.only)?.config.user, "bob");

  await using other = await Rig.create();
  other.config = { switchUser: false };
  await other.start();
  other.master.run(framework, aTask("t", { command }));
  await other.until(() => other.master.states.includes("RUNNING"));
  assert.equal(other.kernel.containers.get(other.kernel.only)?.config.user, undefined);
});

test("an unknown user fails the task, and nothing is launched", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.master.run(aFramework({ user: "nobody-here" }), aTask("t"));
  await rig.until(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.master.states, ["FAILED"]);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
  assert.equal(rig.master.last.message, "Failed to launch container: No such user 'nobody-here'");
  assert.equal(rig.master.last.containerStatus, undefined);
  assert.deepEqual(rig.kernel.log, []);
  assert.deepEqual(await rig.checkpointKeys(), []);
});

test("a launch that fails is told in the containerizer's words, without addresses", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.kernel.launchError = new FairleadError("NETWORK_UNKNOWN", "Unknown CNI network 'blue'");
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.length === 1);
  assert.equal(rig.master.last.state, TaskState.TASK_FAILED);
  assert.equal(rig.master.last.source, TaskStatus_Source.AGENT);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
  assert.equal(rig.master.last.message, "Failed to launch container: Unknown CNI network 'blue'");
  assert.equal(rig.master.last.containerStatus, undefined);
  assert.equal(agent.metrics().get("slave/container_launch_errors"), 1);

  rig.kernel.launchError = undefined;
  rig.master.run(framework, aTask("u"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
});

test("addresses are the container's own, in the order of the request", async () => {
  await using rig = await Rig.create();
  await rig.start();
  const container = create(ContainerInfoSchema, {
    type: ContainerInfo_Type.MESOS,
    networkInfos: [{ name: "blue" }, { name: "green" }],
  });
  rig.master.run(framework, aTask("t", { container }));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  for (const status of rig.master.updates) {
    const networks = status.containerStatus?.networkInfos.map(({ name, ipAddresses }) => [
      name,
      ipAddresses[0]?.ipAddress,
    ]);
    assert.deepEqual(networks, [
      ["blue", "10.0.0.2"],
      ["green", "10.0.1.2"],
    ]);
  }
});

test("where the containerizer tells nothing, no address is made up for a container with networks of its own", async () => {
  await using rig = await Rig.create();
  rig.config = { ip6: "2001:db8::1" };
  await rig.start();
  rig.kernel.statusError = new FairleadError("RUNTIME_FAILED", "no");
  const container = create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, networkInfos: [{ name: "blue" }] });
  rig.master.run(framework, aTask("t", { container }));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  assert.equal(rig.master.last.containerStatus?.networkInfos.length, 0);
  assert.ok(rig.master.last.containerStatus?.containerId);

  rig.master.run(framework, aTask("u"));
  await rig.until(() => rig.master.states.length === 4);
  const [network] = rig.master.last.containerStatus?.networkInfos ?? [];
  assert.deepEqual(
    network?.ipAddresses.map(({ ipAddress }) => ipAddress),
    ["192.0.2.1", "2001:db8::1"],
  );
});

test("what this agent cannot run is refused clearly", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  const uris = create(CommandInfoSchema, { value: "x", uris: [{ value: "http://example/x" }] });
  const image = create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, mesos: { image: {} } });
  const volumes = create(ContainerInfoSchema, { type: ContainerInfo_Type.MESOS, volumes: [{ containerPath: "/x" }] });
  rig.master.run(framework, aTask("uris", { command: uris }));
  rig.master.run(framework, aTask("image", { container: image }));
  rig.master.run(framework, aTask("volumes", { container: volumes }));
  rig.master.run(framework, aTask("checks", { healthCheck: create(HealthCheckSchema, {}) }));
  rig.master.run(framework, aTask("executor", { executor: { executorId: { value: "e" } } }));
  rig.master.send({
    type: internal.AgentEvent_Type.RUN_TASK_GROUP,
    runTaskGroup: { frameworkInfo: framework, taskGroup: { tasks: [aTask("g1"), aTask("g2")] } },
  });
  await rig.until(() => rig.master.states.length === 7);
  assert.deepEqual(
    rig.master.updates.map(({ taskId, message, state }) => [taskId?.value, message, state]),
    [
      ["uris", "URIs"],
      ["image", "container images"],
      ["volumes", "volumes"],
      ["checks", "checks"],
      ["executor", "custom executors"],
      ["g1", "task groups"],
      ["g2", "task groups"],
    ].map(([id, what]) => [
      id,
      `Failed to launch container: this agent does not support ${what}`,
      TaskState.TASK_FAILED,
    ]),
  );
  assert.equal(agent.frameworks.size, 0);
});

test("a task for another agent, or one that runs here already, is not started", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("other", { agentId: { value: "M-S9" } }));
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.run(framework, aTask("t"));
  await rig.clock.advance(0);
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
});

test("a task id may be used again as soon as its end is acknowledged, also when that is not on disk yet", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.acknowledging = false;
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.master.states.includes("FINISHED"));
  const disk = Promise.withResolvers<void>();
  const { store } = rig;
  rig.store = { ...store, apply: (writes) => disk.promise.then(() => store.apply(writes)) };
  rig.master.acknowledge(FRAMEWORK, rig.master.last);
  rig.master.acknowledging = true;
  rig.master.run(framework, aTask("t"));
  rig.master.kill(FRAMEWORK, "t");
  await rig.clock.advance(0);
  disk.resolve();
  await rig.until(() => rig.master.states.at(-1) === "KILLED");
  assert.equal(rig.master.states.includes("DROPPED"), false);
});

test("a task id that comes again before its end is acknowledged is dropped", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.acknowledging = false;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.log.includes("start"));
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.kernel.log.includes("destroy"));
  rig.master.run(framework, aTask("t"));
  rig.master.acknowledging = true;
  await rig.settleUntil(() => rig.master.states.includes("DROPPED"), 10_000);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FINISHED", "DROPPED"]);
});

test("the acknowledgement of a launch that was dropped does not touch the task that came after it", async () => {
  await using rig = await Rig.create();
  await rig.start();
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.master.acknowledging = false;
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.until(() => rig.master.states.at(-1) === "FINISHED");
  rig.master.run(framework, aTask("t"));
  await rig.clock.advance(0);
  rig.master.acknowledge(FRAMEWORK, rig.master.last);
  await rig.until(() => rig.master.states.at(-1) === "DROPPED");
  const dropped = rig.master.last;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.kernel.log.filter((line) => line === "start").length === 2);
  rig.master.acknowledging = true;
  rig.master.acknowledge(FRAMEWORK, dropped);
  await rig.until(() => rig.master.states.at(-1) === "RUNNING");
  await rig.restart();
  assert.deepEqual(rig.kernel.log, ["launch", "start", "destroy", "launch", "start"]);
});

test("exit codes, signals and limits end a task in Mesos's words", async () => {
  const limitation = create(TaskResourceLimitationSchema, { resources: allocated("mem:96") });
  const cases = [
    { termination: { status: 3 << 8 }, state: "FAILED", message: "Command exited with status 3" },
    { termination: { status: 9 }, state: "FAILED", message: "Command terminated with signal Killed" },
    {
      termination: {
        status: 9,
        reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY,
        message: "Memory limit exceeded",
        limitation,
      },
      state: "FAILED",
      message: "Memory limit exceeded",
      reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY,
    },
    {
      termination: {},
      state: "FAILED",
      message: "Abnormal executor termination: unknown container",
      reason: TaskStatus_Reason.EXECUTOR_TERMINATED,
    },
  ];
  for (const { termination, state, message, reason } of cases) {
    await using rig = await Rig.create();
    const agent = await rig.start();
    rig.master.run(framework, aTask("t"));
    await rig.until(() => rig.master.states.includes("RUNNING"));
    rig.kernel.exit(rig.kernel.only, termination);
    await rig.until(() => agent.completedFrameworks.length === 1);
    assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", state]);
    assert.equal(rig.master.last.message, message);
    assert.equal(Object.hasOwn(rig.master.last, "reason") ? rig.master.last.reason : undefined, reason);
    assert.equal(rig.master.last.limitation, "limitation" in termination ? limitation : undefined);
  }
});

test("a task that exceeds its max_completion_time fails, killed without grace", async () => {
  await using rig = await Rig.create();
  const agent = await rig.start();
  rig.kernel.onSignal = (id, signal) => {
    if (signal === 9) rig.kernel.exit(id, { status: 9 });
  };
  const known = aFramework({ capabilities: [{ type: FrameworkInfo_Capability_Type.TASK_KILLING_STATE }] });
  rig.master.run(known, aTask("t", { maxCompletionTime: { nanoseconds: 60_000_000_000n } }));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  await rig.clock.advance(59_000);
  assert.deepEqual(rig.kernel.log, ["launch", "start"]);
  await rig.settleUntil(() => agent.completedFrameworks.length === 1);
  assert.deepEqual(rig.kernel.log, ["launch", "start", "kill 15", "kill 9", "destroy"]);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING", "FAILED"]);
  assert.equal(rig.master.last.reason, TaskStatus_Reason.MAX_COMPLETION_TIME_REACHED);
});

test("the end is told when the container is gone, or when that takes too long", async () => {
  await using rig = await Rig.create();
  await rig.start();
  const gate = Promise.withResolvers<void>();
  rig.kernel.destroyGate = gate.promise;
  rig.master.run(framework, aTask("t"));
  await rig.until(() => rig.master.states.includes("RUNNING"));
  rig.kernel.exit(rig.kernel.only, { status: 0 });
  await rig.clock.advance(9_000);
  assert.deepEqual(rig.master.states, ["STARTING", "RUNNING"]);
  await rig.settleUntil(() => rig.master.states.includes("FINISHED"), 1_000);
  gate.resolve();
});
