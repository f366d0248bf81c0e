import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ContainerInfo_Type,
  type FrameworkId,
  internal,
  Offer_Operation_Type,
  parseResources,
  scheduler,
  type TaskId,
  TaskState,
  TaskStatus_Reason,
  TaskStatus_Source,
} from "@fairlead/mesos-api";
import { newUuid } from "./testing/test-agent.ts";
import { commandTask, TestCluster } from "./testing/test-cluster.ts";
import { MODERN, type TestScheduler } from "./testing/test-scheduler.ts";

const { Event_Type } = scheduler;
const { AgentEvent_Type, Feature } = internal;

async function running(info = {}, config = {}) {
  const cluster = await TestCluster.start(config);
  const framework = cluster.scheduler({ ...MODERN, failoverTimeout: 3_600, checkpoint: true, ...info });
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch([offer!], commandTask("t1", offer!));
  agent.update("t1", TaskState.TASK_RUNNING);
  framework.acknowledge(framework.statuses[0]!);
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  return { cluster, framework, agent, offer: offer!, view };
}

const task = (view: { tasks: ReadonlyMap<TaskId, { state: TaskState }> }, id = "t1") => view.tasks.get(id as TaskId);

test("all tasks of a LAUNCH are validated before the first is booked", async () => {
  const booked: number[] = [];
  const authorizer = {
    authorize: (_: unknown, action: string) => {
      if (action === "run_task")
        booked.push(cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!.tasks.size);
      return true;
    },
  };
  const cluster = await TestCluster.start({}, { authorizer });
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch([offer!], ...["a", "b", "a"].map((id) => commandTask(id, offer!)));
  assert.deepEqual(booked, [0, 0, 0]);
  assert.equal(agent.launched.length, 2);
  assert.deepEqual(
    framework.statuses.map(({ message }) => message),
    ["Task has duplicate ID: a"],
  );
});

test("each bad task of a LAUNCH is an error of its own, the others run", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  framework.launch(
    [offer!],
    commandTask("good", offer!),
    commandTask("good", offer!),
    commandTask("big", offer!, "cpus:64"),
    commandTask("../up", offer!),
    commandTask("other", { agentId: { $typeName: "mesos.v1.AgentID", value: "S9" } }),
    commandTask("docker", offer!, "cpus:0.1", {
      container: { type: ContainerInfo_Type.DOCKER, docker: { image: "nginx" } },
    }),
    commandTask("also-good", offer!),
  );
  assert.deepEqual(
    framework.statuses.map(({ taskId, message }) => [taskId?.value, message]),
    [
      ["good", "Task has duplicate ID: good"],
      [
        "big",
        "Total resources cpus(allocated: web):64 required by task and its executor is more than available cpus(allocated: web):3; mem(allocated: web):3968; disk(allocated: web):10000; ports(allocated: web):[31000-32000]",
      ],
      ["../up", "'../up' contains invalid characters"],
      ["other", `Task uses invalid agent S9 while agent ${agent.id} is expected`],
      ["docker", `Agent ${agent.id} does not support containers of type DOCKER`],
    ],
  );
  for (const status of framework.statuses) {
    assert.equal(status.state, TaskState.TASK_ERROR);
    assert.equal(status.source, TaskStatus_Source.MASTER);
    assert.equal(status.reason, TaskStatus_Reason.TASK_INVALID);
    assert.equal(Object.hasOwn(status, "uuid"), false);
  }
  assert.deepEqual(
    agent.launched.map(({ taskId }) => taskId?.value),
    ["good", "also-good"],
  );
  assert.equal(cluster.master.metrics().get("master/task_error/source_master/reason_task_invalid"), 5);
});

test("a LAUNCH whose resources cannot be read is an error of all its tasks", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const agent = await cluster.agent();
  const [offer] = framework.offers;
  const bad = parseResources("cpus:1").map((resource) => Object.assign(resource, { scalar: undefined }));
  framework.launch([offer!], commandTask("t1", offer!), { ...commandTask("t2", offer!), resources: bad });
  assert.deepEqual(
    framework.statuses.map(({ taskId, message }) => [taskId?.value, message]),
    ["t1", "t2"].map((id) => [id, "Resource 'cpus:0' is invalid: Invalid scalar resource"]),
  );
  assert.equal(agent.launched.length, 0);
});

test("a LAUNCH with an operation id is refused", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  await cluster.agent();
  const [offer] = framework.offers;
  framework.accept(
    [offer!],
    [{ type: Offer_Operation_Type.LAUNCH, id: { value: "op" }, launch: { taskInfos: [commandTask("t1", offer!)] } }],
  );
  assert.equal(framework.statuses[0]?.message, "The `id` field cannot be set on LAUNCH operations");
});

test("a user that may not be used is an error of its own", async () => {
  const authorizer = {
    authorize: (_: unknown, action: string, { value }: { value?: string }) => action !== "run_task" || value !== "root",
  };
  const cluster = await TestCluster.start({}, { authorizer });
  const framework = cluster.scheduler();
  await cluster.agent();
  const [offer] = framework.offers;
  framework.launch([offer!], commandTask("t1", offer!, "cpus:1", { command: { value: "id", user: "root" } }));
  assert.equal(framework.statuses[0]?.reason, TaskStatus_Reason.TASK_UNAUTHORIZED);
  assert.match(framework.statuses[0]!.message, /^Not authorized to launch task t1 of framework .* under user 'root'$/);
});

test("a group for an agent that cannot run groups", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  await cluster.agent();
  const [offer] = framework.offers;
  const launchGroup = {
    executor: {
      type: 1,
      executorId: { value: "e" },
      frameworkId: { value: framework.frameworkId },
      resources: parseResources("cpus:0.1;mem:32;disk:10"),
    },
    taskGroup: { tasks: [commandTask("t1", offer!), commandTask("t2", offer!)] },
  };
  framework.accept([offer!], [{ type: Offer_Operation_Type.LAUNCH_GROUP, launchGroup } as never]);
  assert.deepEqual(
    framework.statuses.map(({ reason, message }) => [reason, message]),
    [
      [TaskStatus_Reason.TASK_GROUP_INVALID, `Agent ${offer!.agentId!.value} does not support task groups`],
      [TaskStatus_Reason.TASK_GROUP_INVALID, `Agent ${offer!.agentId!.value} does not support task groups`],
    ],
  );
});

test("a group and a custom executor on an agent that can run them; the executor's end", async () => {
  const cluster = await TestCluster.start();
  const framework = cluster.scheduler();
  const features = [Feature.TASK_GROUPS, Feature.CUSTOM_EXECUTORS];
  const agent = await cluster.agent({ features });
  const [offer] = framework.offers;
  const executor = {
    type: 1,
    executorId: { value: "pod" },
    frameworkId: { value: framework.frameworkId },
    resources: parseResources("cpus:0.5;mem:32;disk:10"),
  };
  const custom = { executorId: { value: "custom" }, command: { value: "run" }, resources: parseResources("cpus:0.5") };
  framework.accept([offer!], [
    {
      type: Offer_Operation_Type.LAUNCH_GROUP,
      launchGroup: { executor, taskGroup: { tasks: [commandTask("g1", offer!), commandTask("g2", offer!)] } },
    },
    {
      type: Offer_Operation_Type.LAUNCH,
      launch: { taskInfos: [{ ...commandTask("c1", offer!), command: undefined, executor: custom }] },
    },
  ] as never);
  assert.deepEqual(framework.statuses, []);
  const view = cluster.master.frameworks.get(framework.frameworkId as FrameworkId)!;
  assert.equal(view.used.scalar("cpus"), 4);
  assert.deepEqual(
    [...view.executors.values()].flatMap((executors) => [...executors.keys()]),
    ["pod", "custom"],
  );
  const [group] = agent.events(AgentEvent_Type.RUN_TASK_GROUP);
  assert.equal(group?.runTaskGroup?.taskGroup?.tasks[0]?.executor?.executorId?.value, "pod");
  assert.equal(agent.launched[0]?.executor?.frameworkId?.value, framework.frameworkId);
  assert.equal(view.tasks.get("g1" as TaskId)?.executorId?.value, "pod");

  agent.call({
    type: internal.AgentCall_Type.EXECUTOR_TERMINATED,
    executorTerminated: { frameworkId: { value: view.id }, executorId: { value: "custom" }, status: 256 },
  });
  const [failure] = framework.events(Event_Type.FAILURE);
  assert.deepEqual(
    [failure?.failure?.agentId?.value, failure?.failure?.executorId?.value, failure?.failure?.status],
    [agent.id, "custom", 256],
  );
  assert.equal(view.used.scalar("cpus"), 3.5);
});

test("resources are free on the latest state, while older updates are on the way", async () => {
  const { cluster, framework, agent, view } = await running();
  agent.update("t1", TaskState.TASK_KILLING, { latestState: TaskState.TASK_KILLED });
  assert.equal(view.used.isEmpty, true);
  assert.equal(task(view)?.state, TaskState.TASK_KILLED);
  const status = framework.statuses.at(-1)!;
  assert.equal(status.state, TaskState.TASK_KILLING);
  framework.acknowledge(status);
  assert.equal(view.tasks.size, 1, "the acknowledged state is not the last one");
  framework.reconcile({ taskId: "t1" });
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_KILLING, "what was told last is told again");
  agent.update("t1", TaskState.TASK_KILLED);
  framework.acknowledge(framework.statuses.at(-1)!);
  assert.equal(view.tasks.size, 0);
  assert.equal(cluster.master.metrics().get("master/tasks_killed"), 1);
});

test("freed resources are offered at once", async () => {
  const { cluster, framework, agent } = await running();
  await cluster.clock.advance(7_000);
  framework.decline(framework.offers.slice(1), 10_000);
  agent.update("t1", TaskState.TASK_FINISHED);
  await cluster.settle();
  assert.equal(framework.offers.length, 3);
});

test("an update that comes again is forwarded again", async () => {
  const { framework, agent } = await running();
  const uuid = agent.update("t1", TaskState.TASK_FINISHED);
  agent.update("t1", TaskState.TASK_FINISHED, { uuid });
  const [, first, second] = framework.statuses;
  assert.deepEqual(first?.uuid, second?.uuid);
  framework.acknowledge(first!);
  framework.acknowledge(second!);
  assert.equal(agent.events(AgentEvent_Type.ACKNOWLEDGE).length, 3);
});

test("only the acknowledgement of the terminal update ends a task", async () => {
  const { framework, agent, view } = await running();
  agent.update("t1", TaskState.TASK_FINISHED);
  const status = framework.statuses.at(-1)!;
  framework.acknowledge(Object.assign(structuredClone(status), { uuid: newUuid() }));
  assert.equal(view.tasks.size, 1);
  framework.acknowledge(status);
  assert.equal(view.tasks.size, 0);
  assert.equal(view.completedTasks.length, 1);
});

test("while the scheduler is away updates are booked, and come again", async () => {
  const { cluster, framework, agent, view } = await running();
  framework.disconnect();
  const uuid = agent.update("t1", TaskState.TASK_FINISHED);
  assert.equal(view.used.isEmpty, true);
  assert.equal(cluster.master.metrics().get("master/invalid_status_updates"), 1);
  framework.subscribe();
  framework.reconcile({ taskId: "t1" });
  assert.equal(framework.statuses[0]?.state, TaskState.TASK_RUNNING, "the last state that was told");
  agent.update("t1", TaskState.TASK_FINISHED, { uuid });
  framework.acknowledge(framework.statuses[1]!);
  assert.equal(view.tasks.size, 0);
});

test("updates that make no sense are dropped", async () => {
  const { cluster, framework, agent } = await running();
  const before = framework.statuses.length;
  agent.update("t1", TaskState.TASK_RUNNING, { uuid: new Uint8Array(3) });
  agent.update("unknown", TaskState.TASK_RUNNING);
  agent.update("t1", TaskState.TASK_UNREACHABLE);
  agent.update("t1", TaskState.TASK_RUNNING, { latestState: TaskState.TASK_UNKNOWN });
  assert.equal(framework.statuses.length, before);
  assert.equal(cluster.master.metrics().get("master/invalid_status_updates"), 4);
});

test("a task that has ended is not alive, whatever is said to be its latest state", async () => {
  const { framework, agent, view } = await running();
  agent.update("t1", TaskState.TASK_FINISHED, { latestState: TaskState.TASK_RUNNING });
  assert.equal(task(view)?.state, TaskState.TASK_FINISHED);
  framework.acknowledge(framework.statuses.at(-1)!);
  assert.equal(view.used.isEmpty, true);
});

test("an acknowledgement for an agent that is away is dropped", async () => {
  const { cluster, framework, agent, view } = await running();
  agent.update("t1", TaskState.TASK_FINISHED);
  agent.disconnect();
  framework.acknowledge(framework.statuses.at(-1)!);
  assert.equal(view.tasks.size, 1);
  assert.equal(cluster.master.metrics().get("master/invalid_status_update_acknowledgements"), 1);
});

const kills = (agent: { events(type: internal.AgentEvent_Type): internal.AgentEvent[] }) =>
  agent.events(AgentEvent_Type.KILL_TASK).map(({ killTask }) => killTask?.taskId?.value);

test("KILL reaches the agent; of an unknown task the state is told", async () => {
  const { framework, agent } = await running();
  assert.deepEqual(framework.kill("t1"), { status: 202 });
  assert.deepEqual(kills(agent), ["t1"]);
  framework.kill("t1", "other");
  assert.deepEqual(kills(agent), ["t1"], "on another agent it is not");
  framework.kill("none", agent.id);
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_GONE);
  framework.kill("none");
  assert.equal(framework.statuses.at(-1)?.state, TaskState.TASK_UNKNOWN);
});

test("KILL of a task whose agent is away is told when it is back", async () => {
  const { cluster, framework, agent } = await running();
  agent.disconnect();
  framework.kill("t1");
  agent.register();
  await cluster.settle();
  assert.deepEqual(kills(agent), ["t1"]);
});

test("KILL that the agent may not have heard is told again, but not once the task has ended", async () => {
  const { cluster, framework, agent } = await running();
  framework.kill("t1");
  agent.disconnect();
  agent.register();
  await cluster.settle();
  assert.deepEqual(kills(agent), ["t1"]);
  agent.update("t1", TaskState.TASK_KILLED);
  agent.disconnect();
  agent.register();
  await cluster.settle();
  assert.deepEqual(kills(agent), []);
});

test("completed tasks are bounded", async () => {
  const { cluster, framework, agent, view } = await running({}, { maxCompletedTasksPerFramework: 2 });
  for (let i = 1; i <= 4; i++) {
    agent.update(`t${i}`, TaskState.TASK_FINISHED);
    framework.acknowledge(framework.statuses.at(-1)!);
    await cluster.clock.advance(7_000);
    framework.launch(framework.offers.slice(-1), commandTask(`t${i + 1}`, framework.offers.at(-1)!));
  }
  assert.deepEqual(
    view.completedTasks.map(({ taskId }) => taskId?.value),
    ["t3", "t4"],
  );
});

test("a task id may be used again once its task is over", async () => {
  const { cluster, framework, agent, view } = await running();
  agent.update("t1", TaskState.TASK_FINISHED);
  await cluster.clock.advance(7_000);
  const relaunch = (scheduler: TestScheduler) =>
    scheduler.launch(scheduler.offers.slice(-1), commandTask("t1", scheduler.offers.at(-1)!));
  relaunch(framework);
  assert.equal(framework.statuses.at(-1)?.message, "Task has duplicate ID: t1");
  framework.acknowledge(framework.statuses.at(-2)!);
  await cluster.clock.advance(7_000);
  relaunch(framework);
  assert.equal(task(view)?.state, TaskState.TASK_STAGING);
});
