import assert from "node:assert/strict";
import { test } from "node:test";
import { create, FrameworkInfoSchema, TaskState, VersionInfoSchema } from "@fairlead/mesos-api";
import { frameworksDocument } from "./frameworks.ts";
import { slavesDocument } from "./slaves.ts";
import { stateDocument } from "./state.ts";
import { stateSummaryDocument } from "./state-summary.ts";
import { tasksDocument } from "./tasks.ts";
import {
  AGENT,
  aFramework,
  anAgent,
  anOffer,
  aTask,
  bag,
  byId,
  executors,
  FakeMaster,
  FRAMEWORK,
  offers,
  tasks,
} from "./testing.ts";

const version = create(VersionInfoSchema, {
  version: "1.12.0",
  buildDate: "2026-01-02 03:04:05",
  buildTime: 1767322000,
  buildUser: "ci",
});
const flags = new Map([["port", "5050"]]);

const zeros = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
const used = { cpus: 0.5, gpus: 0, mem: 64, disk: 0, ports: "[31005-31005]" };
const total = { cpus: 6, gpus: 0, mem: 7000, disk: 20000, ports: "[31000-32000]" };

const slave = {
  id: "m1-S0",
  hostname: "a1.lab",
  port: 5051,
  attributes: {},
  pid: "slave(1)@10.0.0.11:5051",
  registered_time: 1767322110.1,
  resources: total,
  used_resources: used,
  offered_resources: zeros,
  reserved_resources: { eng: { ...zeros, cpus: 2 } },
  unreserved_resources: { ...total, cpus: 4 },
  active: true,
  deactivated: false,
  version: "1.12.0",
  capabilities: ["HIERARCHICAL_ROLE", "MULTI_ROLE"],
};

const summary = {
  id: "m1-0000",
  name: "demo",
  used_resources: used,
  offered_resources: zeros,
  capabilities: ["PARTITION_AWARE", "MULTI_ROLE"],
  hostname: "f1.lab",
  webui_url: "",
  active: true,
  connected: true,
  recovered: false,
};

const framework = {
  ...summary,
  user: "root",
  failover_timeout: 60,
  checkpoint: true,
  registered_time: 1767322120,
  unregistered_time: 0,
  resources: used,
  roles: ["*"],
  tasks: [],
  unreachable_tasks: [],
  completed_tasks: [],
  offers: [],
  executors: [],
  offer_constraints: {},
};

function state(master: FakeMaster, cluster?: string) {
  return JSON.parse(stateDocument(master, { version, cluster, flags }));
}

test("/state of an empty cluster keeps its empty lists", () => {
  assert.deepEqual(state(new FakeMaster()), {
    version: "1.12.0",
    build_date: "2026-01-02 03:04:05",
    build_time: 1767322000,
    build_user: "ci",
    start_time: 1767322100.5,
    elected_time: 1767322101.2,
    id: "m1",
    pid: "master@10.0.0.1:5050",
    hostname: "m1.lab",
    capabilities: ["AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2"],
    activated_slaves: 0,
    deactivated_slaves: 0,
    unreachable_slaves: 0,
    leader: "master@10.0.0.1:5050",
    leader_info: { id: "m1", pid: "master@10.0.0.1:5050", port: 5050, hostname: "m1.lab" },
    flags: { port: "5050" },
    slaves: [],
    recovered_slaves: [],
    frameworks: [],
    completed_frameworks: [],
    orphan_tasks: [],
    unregistered_frameworks: [],
  });
});

test("/state shows agents, and those that have not come back with what the registry knows", () => {
  const master = new FakeMaster();
  const lost = anAgent({ active: false, connected: false, reregisteredMs: 1_767_322_999_000 });
  master.agents = new Map([
    [AGENT, anAgent()],
    [lost.id, lost],
  ]);
  master.recoveredAgents = new Map([[AGENT, anAgent().info]]);
  master.unreachableAgents = new Map([[AGENT, 1]]);
  master.agents = byId(anAgent());

  const document = state(master, "lab");

  assert.deepEqual(document.slaves, [slave]);
  assert.deepEqual(document.recovered_slaves, [{ id: "m1-S0", hostname: "a1.lab", port: 5051, attributes: {} }]);
  assert.deepEqual(
    [document.activated_slaves, document.deactivated_slaves, document.unreachable_slaves, document.cluster],
    [1, 0, 1, "lab"],
  );

  master.agents = byId(lost);
  assert.deepEqual(state(master).slaves, [{ ...slave, active: false, reregistered_time: 1767322999 }]);
  assert.equal(state(master).deactivated_slaves, 1);
});

test("/state shows a framework with its tasks, offers and executors, and never a pid", () => {
  const master = new FakeMaster();
  master.frameworks = byId(
    aFramework({
      tasks: tasks(aTask("a", TaskState.TASK_RUNNING)),
      unreachableTasks: tasks(aTask("b", TaskState.TASK_UNREACHABLE)),
      completedTasks: [aTask("c", TaskState.TASK_FINISHED)],
      offers: offers(anOffer("o1")),
      offered: bag("cpus:1").allocate("*"),
      executors: executors("e1"),
      reregisteredMs: 1_767_322_130_000,
    }),
  );

  const [shown] = state(master).frameworks;

  assert.equal("pid" in shown, false);
  assert.deepEqual(
    [shown.tasks, shown.unreachable_tasks, shown.completed_tasks].map(([task]) => [task.id, task.state, task.slave_id]),
    [
      ["a", "TASK_RUNNING", "m1-S0"],
      ["b", "TASK_UNREACHABLE", "m1-S0"],
      ["c", "TASK_FINISHED", "m1-S0"],
    ],
  );
  assert.deepEqual(
    { ...shown, tasks: [], unreachable_tasks: [], completed_tasks: [] },
    {
      ...framework,
      offered_resources: { ...zeros, cpus: 1 },
      resources: { ...used, cpus: 1.5 },
      reregistered_time: 1767322130,
      offers: [
        {
          id: "o1",
          framework_id: "m1-0000",
          allocation_info: { role: "*" },
          slave_id: "m1-S0",
          resources: { ...zeros, cpus: 1 },
        },
      ],
      executors: [
        {
          executor_id: "e1",
          name: "exec",
          framework_id: "m1-0000",
          command: { value: "./exec", argv: [], uris: [] },
          resources: { ...zeros, cpus: 0.1 },
          role: "*",
          slave_id: "m1-S0",
        },
      ],
    },
  );
});

test("a framework without MULTI_ROLE has a role; principal and labels show where they are set", () => {
  const master = new FakeMaster();
  master.completedFrameworks = [
    aFramework({
      info: create(FrameworkInfoSchema, {
        id: { value: FRAMEWORK },
        name: "old",
        user: "nobody",
        principal: "p",
        labels: { labels: [{ key: "k", value: "v" }] },
      }),
      reregisteredMs: 1_767_322_120_000,
      unregisteredMs: 1_767_322_125_500,
    }),
  ];

  const [shown] = JSON.parse(frameworksDocument(master, undefined)).completed_frameworks;

  assert.deepEqual(
    [shown.role, shown.principal, shown.labels, shown.unregistered_time, shown.failover_timeout, shown.checkpoint],
    ["*", "p", [{ key: "k", value: "v" }], 1767322125.5, 0, false],
  );
  assert.deepEqual(
    ["roles", "reregistered_time"].filter((name) => name in shown),
    [],
  );
});

test("/frameworks selects by id", () => {
  const master = new FakeMaster();
  master.frameworks = byId(aFramework());
  assert.deepEqual(JSON.parse(frameworksDocument(master, "m1-0000")), {
    frameworks: [framework],
    completed_frameworks: [],
    unregistered_frameworks: [],
  });
  assert.deepEqual(JSON.parse(frameworksDocument(master, "other")).frameworks, []);
});

test("/slaves has every single resource, and selects by id", () => {
  const master = new FakeMaster();
  master.agents = byId(anAgent({ used: bag("cpus:0.5").allocate("*") }));
  const [shown] = JSON.parse(slavesDocument(master, "m1-S0")).slaves;
  assert.deepEqual(shown.reserved_resources_full, {
    eng: [
      {
        name: "cpus",
        type: "SCALAR",
        scalar: { value: 2 },
        role: "eng",
        reservations: [{ type: "STATIC", role: "eng" }],
      },
    ],
  });
  assert.deepEqual(
    shown.unreserved_resources_full.map(({ name, role }: { name: string; role: string }) => [name, role]),
    [
      ["cpus", "*"],
      ["mem", "*"],
      ["disk", "*"],
      ["ports", "*"],
    ],
  );
  assert.deepEqual(shown.used_resources_full, [
    { name: "cpus", type: "SCALAR", scalar: { value: 0.5 }, role: "*", allocation_info: { role: "*" } },
  ]);
  assert.deepEqual(shown.offered_resources_full, []);
  assert.deepEqual(JSON.parse(slavesDocument(master, "m1-S9")), { slaves: [], recovered_slaves: [] });
});

test("/state-summary counts tasks by state, for agents and for frameworks", () => {
  const master = new FakeMaster();
  master.agents = byId(anAgent());
  master.frameworks = byId(
    aFramework({
      tasks: tasks(aTask("a", TaskState.TASK_RUNNING), aTask("b", TaskState.TASK_RUNNING)),
      completedTasks: [aTask("c", TaskState.TASK_FAILED)],
    }),
  );
  const counts = {
    TASK_STAGING: 0,
    TASK_STARTING: 0,
    TASK_RUNNING: 2,
    TASK_KILLING: 0,
    TASK_FINISHED: 0,
    TASK_KILLED: 0,
    TASK_FAILED: 1,
    TASK_LOST: 0,
    TASK_ERROR: 0,
    TASK_UNREACHABLE: 0,
  };
  assert.deepEqual(JSON.parse(stateSummaryDocument(master, "lab")), {
    hostname: "m1.lab",
    cluster: "lab",
    slaves: [{ ...slave, ...counts, framework_ids: ["m1-0000"] }],
    frameworks: [{ ...summary, ...counts, slave_ids: ["m1-S0"] }],
  });
});

test("/tasks: newest first, pages, selections, and numbers that are none", () => {
  const master = new FakeMaster();
  const at = (id: string, timestamp: number) =>
    aTask(id, TaskState.TASK_RUNNING, {
      statuses: [{ taskId: { value: id }, state: TaskState.TASK_RUNNING, timestamp }],
    });
  master.frameworks = byId(
    aFramework({
      tasks: tasks(at("a", 1), at("b", 3), aTask("staging", TaskState.TASK_STAGING)),
      unreachableTasks: tasks(at("c", 2)),
      completedTasks: Array.from({ length: 100 }, (_, i) => at(`done${i}`, 10 + i)),
    }),
  );
  const ids = (query: string): string[] =>
    JSON.parse(tasksDocument(master, new URLSearchParams(query))).tasks.map(({ id }: { id: string }) => id);

  assert.equal(ids("").length, 100);
  assert.deepEqual(ids("").slice(0, 2), ["done99", "done98"]);
  assert.equal(ids("limit=-1").length, 104);
  assert.deepEqual(ids("order=asc&limit=4"), ["staging", "a", "c", "b"]);
  assert.deepEqual(ids("order=asc&limit=2&offset=2"), ["c", "b"]);
  assert.deepEqual(ids("task_id=c&framework_id=m1-0000"), ["c"]);
  assert.deepEqual(ids("framework_id=other"), []);
  assert.equal(ids("limit=many&offset=1.5").length, 100);
  assert.deepEqual(ids("offset=-1"), []);
  assert.deepEqual(ids("limit=0"), []);
});
