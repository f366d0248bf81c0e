import assert from "node:assert/strict";
import { test } from "node:test";
import { create, parseFrameworkId, TaskState, VersionInfoSchema } from "@fairlead/mesos-api";
import { silentLogger } from "../../base/log.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { containersDocument, parseContainerFilter, reportContainers, statisticsDocument } from "./containers.ts";
import { CONTAINER_QUERY_TIMEOUT_MS } from "./limits.ts";
import { stateDocument } from "./state.ts";
import { aFramework, anExecutor, aQueuedTask, aTask, bag, FakeAgent, tasks } from "./testing.ts";

const version = create(VersionInfoSchema, { version: "1.12.0", buildDate: "d", buildTime: 1, buildUser: "ci" });
const zeros = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
const unreserved = { ...zeros, cpus: 4, mem: 2048, ports: "[31000-32000]" };

test("/state of an agent", () => {
  const agent = new FakeAgent();
  agent.allocated = bag("cpus:0.6").allocate("*");
  const { reserved_resources_full, unreserved_resources_full, ...document } = JSON.parse(
    stateDocument(agent, version, new Map([["work_dir", "/w"]])),
  );
  assert.deepEqual(document, {
    version: "1.12.0",
    build_date: "d",
    build_time: 1,
    build_user: "ci",
    start_time: 1767322100.5,
    id: "m1-S0",
    pid: "slave(1)@10.0.0.11:5051",
    hostname: "a1.lab",
    capabilities: ["MULTI_ROLE"],
    resources: { ...unreserved, disk: 100 },
    reserved_resources: { eng: { ...zeros, disk: 100 } },
    unreserved_resources: unreserved,
    reserved_resources_allocated: {},
    unreserved_resources_allocated: { ...zeros, cpus: 0.6 },
    resource_providers: [],
    attributes: { rack: "r7" },
    master_hostname: "m1.lab",
    flags: { work_dir: "/w" },
    frameworks: [],
    completed_frameworks: [],
  });
  assert.deepEqual(Object.keys(reserved_resources_full), ["eng"]);
  assert.deepEqual(
    unreserved_resources_full.map(({ name }: { name: string }) => name),
    ["cpus", "mem", "ports"],
  );
});

test("/state shows a command task as an executor with its sandbox, container and tasks", () => {
  const agent = new FakeAgent();
  const executor = anExecutor("t1", {
    tasks: tasks(aTask("t1", TaskState.TASK_RUNNING)),
    queuedTasks: aQueuedTask("t2"),
    terminatedTasks: tasks(aTask("t3", TaskState.TASK_FAILED)),
    completedTasks: [aTask("t4", TaskState.TASK_FINISHED)],
  });
  const framework = aFramework([executor], [anExecutor("t0")]);
  agent.frameworks = new Map([[framework.id, framework]]);

  const [shown] = JSON.parse(stateDocument(agent, version, undefined)).frameworks;

  const { executors, completed_executors, ...rest } = shown;
  assert.deepEqual(rest, {
    id: "m1-0000",
    name: "demo",
    user: "root",
    failover_timeout: 0,
    checkpoint: false,
    hostname: "f1.lab",
    role: "*",
  });
  const { tasks: running, queued_tasks, completed_tasks, ...facts } = executors[0];
  assert.deepEqual(facts, {
    id: "t1",
    name: "Command Executor (Task: t1) (Command: sh -c 'sleep 60')",
    source: "t1",
    container: "c-t1",
    directory: "/var/lib/fairlead/slaves/m1-S0/frameworks/m1-0000/executors/t1/runs/c-t1",
    resources: { ...zeros, cpus: 0.6, mem: 32 },
    role: "*",
  });
  const ids = (list: { id: string }[]) => list.map(({ id }) => id);
  assert.deepEqual([running, queued_tasks, completed_tasks].map(ids), [["t1"], ["t2"], ["t4", "t3"]]);
  assert.deepEqual(ids(completed_executors), ["t0"]);
});

test("before the first registration the agent has an empty id, and a reader without rights sees no flags", () => {
  const agent = new FakeAgent();
  Object.assign(agent, { id: undefined, masterHostname: undefined });
  const document = JSON.parse(stateDocument(agent, version, undefined));
  assert.equal(document.id, "");
  assert.equal("flags" in document || "master_hostname" in document, false);
});

const both = { status: true, statistics: true };
const context = () => ({ clock: new VirtualClock(), log: silentLogger });

test("/containers has the id as text and the status in the generic form", async () => {
  const agent = new FakeAgent();
  const framework = aFramework([anExecutor("t1")]);
  agent.frameworks = new Map([[framework.id, framework]]);
  const reports = await reportContainers(agent, {}, both, context());
  const owner = {
    framework_id: "m1-0000",
    executor_id: "t1",
    executor_name: "Command Executor (Task: t1) (Command: sh -c 'sleep 60')",
    source: "t1",
  };
  const statistics = { timestamp: 1767322130.5, mem_rss_bytes: 4096 };
  assert.deepEqual(JSON.parse(containersDocument(reports)), [
    {
      ...owner,
      container_id: "c-t1",
      status: {
        container_id: { value: "c-t1" },
        network_infos: [
          {
            ip_addresses: [{ protocol: "IPv4", ip_address: "10.22.0.5" }],
            name: "blue",
            labels: { labels: [{ key: "tier", value: "front" }] },
          },
        ],
        executor_pid: 4711,
      },
      statistics,
    },
  ]);
  assert.deepEqual(JSON.parse(statisticsDocument(reports)), [{ ...owner, statistics }]);
});

test("what cannot be learned of a container is left out, and all others are there", async () => {
  const agent = new FakeAgent();
  const framework = aFramework(Array.from({ length: 40 }, (_, i) => anExecutor(`t${i}`)));
  agent.frameworks = new Map([[framework.id, framework]]);
  agent.gone.add("c-t7");

  const reports = await reportContainers(agent, {}, both, context());

  const documents: { executor_id: string; status?: object }[] = JSON.parse(containersDocument(reports));
  assert.equal(documents.length, 40);
  assert.deepEqual(
    documents.filter(({ status }) => status === undefined).map(({ executor_id }) => executor_id),
    ["t7"],
  );
  assert.equal(JSON.parse(statisticsDocument(reports)).length, 39);
});

test("a container that does not answer in time holds nobody up for longer", async () => {
  const agent = new FakeAgent();
  const framework = aFramework([anExecutor("t1")]);
  agent.frameworks = new Map([[framework.id, framework]]);
  agent.usage = () => new Promise(() => {});
  const clock = new VirtualClock();
  const reports = reportContainers(agent, {}, both, { clock, log: silentLogger });
  await clock.advance(CONTAINER_QUERY_TIMEOUT_MS);
  const [report] = await reports;
  assert.equal(report?.status?.containerId?.value, "c-t1");
  assert.equal(report?.statistics, undefined);
  assert.equal(clock.pending, 0);
});

test("living containers are selected by container, by framework, or by executor and framework", async () => {
  const agent = new FakeAgent();
  const other = parseFrameworkId("m1-0001");
  agent.frameworks = new Map([
    [parseFrameworkId("m1-0000"), aFramework([anExecutor("t1"), anExecutor("t2"), anExecutor("t3", { ended: true })])],
    [other, aFramework([anExecutor("t1", { containerId: anExecutor("x").containerId })], [], other)],
  ]);
  const select = async (query: string) => {
    const filter = parseContainerFilter(new URLSearchParams(query));
    if (typeof filter === "string") return filter;
    const reports = await reportContainers(agent, filter, { status: false, statistics: false }, context());
    return reports.map(({ executor }) => executor.containerId);
  };

  assert.deepEqual(await select(""), ["c-t1", "c-t2", "c-x"]);
  assert.deepEqual(await select("container_id=c-x"), ["c-x"]);
  assert.deepEqual(await select("framework_id=m1-0000"), ["c-t1", "c-t2"]);
  assert.deepEqual(await select("framework_id=m1-0001&executor_id=t1"), ["c-x"]);
  for (const mixed of ["executor_id=t1", "container_id=c-x&framework_id=f", "container_id=c-x&executor_id=t1"]) {
    assert.equal(
      await select(mixed),
      "Supported query parameters are container_id only, framework_id only, or executor_id and framework_id only",
    );
  }
});
