import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { Workspace } from "../support/workspace.ts";
import { ask, MASTER_PORT } from "./wire/ask.ts";
import { type DnsTask, readDnsState } from "./wire/dns-reader.ts";
import { ports, scalar, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

const AGENT_IP = "127.0.0.1";

/** Of the keys that Mesos does not fill any more, and of those that are empty here: readers walk them all. */
const LISTS = [
  "slaves",
  "recovered_slaves",
  "frameworks",
  "completed_frameworks",
  "orphan_tasks",
  "unregistered_frameworks",
];

type State = Readonly<Record<string, unknown>> & {
  readonly slaves: readonly Record<string, unknown>[];
  readonly frameworks: readonly (Record<string, unknown> & { readonly tasks: readonly StateTask[] })[];
};

interface StateTask extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly statuses: readonly {
    readonly state: string;
    readonly timestamp: number;
    readonly container_status?: { readonly network_infos?: readonly Record<string, unknown>[] };
  }[];
}

test("the state that DNS servers read", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.94.0.0/24");
  workspace.bridge("green", "10.95.0.0/24");
  await workspace.startLocal("--attributes=rack:r1;zone:2;span:[1-5]");

  for (const path of ["/state", "/master/state", "/state.json", "/master/state.json"]) {
    await t.test(`rule 22: ${path} of an empty cluster has all its lists`, async () => {
      const { text } = await ask({ path, headers: { "Content-Type": "application/json" } });
      assert.deepEqual(readDnsState(text), { leader: `master@${AGENT_IP}:${MASTER_PORT}`, tasks: [] });
      const state = JSON.parse(text) as State;
      for (const key of LISTS) assert.ok(Array.isArray(state[key]), key);
      assert.deepEqual(
        LISTS.map((key) => (state[key] as unknown[]).length),
        [1, 0, 0, 0, 0, 0],
      );
    });
  }

  await using framework = await WireFramework.subscribe({
    info: { name: "shop", hostname: "shop.example", failover_timeout: 3600 },
  });
  await framework.launch(
    task("web.1", "sleep 1000", {
      name: "web",
      resources: [scalar("cpus", 0.1), scalar("mem", 32), ports(31000, 31001)],
      labels: { labels: [{ key: "app", value: "web" }, { key: "bare" }] },
      container: {
        type: "MESOS",
        network_infos: [{ name: "green", labels: { labels: [{ key: "tier", value: "front" }] } }, { name: "blue" }],
      },
      discovery: {
        visibility: "CLUSTER",
        name: "www",
        labels: { labels: [{ key: "d", value: "1" }] },
        ports: {
          ports: [
            {
              number: 31000,
              name: "http",
              protocol: "tcp",
              labels: { labels: [{ key: "network-scope", value: "container" }] },
            },
            { number: 53 },
          ],
        },
      },
    }),
    task("db.1", "sleep 1000", {
      name: "db",
      resources: [
        scalar("cpus", 0.1),
        scalar("mem", 32),
        {
          ...ports(0, 0),
          ranges: {
            range: [
              { begin: 31010, end: 31011 },
              { begin: 31005, end: 31005 },
            ],
          },
        },
      ],
    }),
    task("idle.1", "sleep 1000", { name: "idle" }),
    task("done.1", "true", { name: "done" }),
  );
  for (const id of ["web.1", "db.1", "idle.1"]) await framework.update(id, "TASK_RUNNING");
  await framework.update("done.1", "TASK_FINISHED");
  const dns = async () => readDnsState((await ask({ path: "/state" })).text);
  const state = async () => JSON.parse((await ask({ path: "/state" })).text) as State;

  await t.test("rule 12: names, addresses, ports and discovery of what runs", async () => {
    const tasks = new Map((await dns()).tasks.map((found) => [found.name, found]));
    assert.deepEqual([...tasks.keys()].toSorted(), ["db", "idle", "web"]);
    const web = tasks.get("web") as DnsTask;
    assert.deepEqual([web.framework, web.agentAddress], ["shop", AGENT_IP]);
    assert.deepEqual(web.ports, [31000, 31001]);
    assert.equal(web.addresses.length, 2);
    assert.match(web.addresses[0]!, /^10\.95\.0\.\d+$/);
    assert.match(web.addresses[1]!, /^10\.94\.0\.\d+$/);
    assert.deepEqual(web.discovery, {
      name: "www",
      ports: [
        { number: 31000, name: "http", protocol: "tcp" },
        { number: 53, name: "", protocol: "" },
      ],
    });
    assert.deepEqual(tasks.get("db")?.addresses, [AGENT_IP]);
    assert.deepEqual(tasks.get("db")?.ports, [31005, 31010, 31011]);
    assert.equal(tasks.get("db")?.discovery, undefined);
  });

  await t.test("rule 12, rule 23: ports are text in the known form, or not there", async () => {
    const texts = new Map((await state()).frameworks[0]!.tasks.map(({ id, resources }) => [id, resources.ports]));
    assert.deepEqual(texts.get("web.1"), "[31000-31001]");
    assert.deepEqual(texts.get("db.1"), "[31005-31005, 31010-31011]");
    assert.equal(texts.get("idle.1"), undefined);
  });

  await t.test("amounts are numbers, and all four are always there", async () => {
    const { slaves, frameworks } = await state();
    for (const resources of [
      ...frameworks[0]!.tasks.map((found) => found.resources),
      ...["resources", "used_resources", "offered_resources", "unreserved_resources"].map((key) => slaves[0]![key]),
      ...["resources", "used_resources", "offered_resources"].map((key) => frameworks[0]![key]),
    ] as Record<string, unknown>[]) {
      for (const name of ["cpus", "gpus", "mem", "disk"]) assert.equal(typeof resources[name], "number", name);
    }
  });

  await t.test("attributes are numbers or texts", async () => {
    assert.deepEqual((await state()).slaves[0]!.attributes, { rack: "r1", zone: 2, span: "[1-5]" });
  });

  await t.test("rule 7: there is no pid of a framework, and one of each agent", async () => {
    const { frameworks, slaves } = await state();
    assert.ok(!("pid" in frameworks[0]!));
    assert.deepEqual(
      slaves.map(({ pid }) => pid),
      [`slave(1)@${AGENT_IP}:5051`],
    );
    assert.equal(frameworks[0]!.hostname, "shop.example");
  });

  await t.test("rule 7: a framework that says little of itself is read too", async () => {
    await using bare = await WireFramework.subscribe({ info: { name: "", roles: null, capabilities: null } });
    await bare.call({ type: "SUPPRESS" });
    assert.equal((await dns()).tasks.length, 3);
    const { frameworks } = await state();
    const shown = frameworks.find(({ id }) => id === bare.id)!;
    assert.deepEqual([shown.name, shown.hostname, shown.webui_url, shown.role], ["", "", "", "*"]);
  });

  await t.test("labels are an array, but in discovery and container they keep their message", async () => {
    const web = (await state()).frameworks[0]!.tasks.find(({ id }) => id === "web.1")! as StateTask & {
      readonly discovery: Record<string, unknown>;
      readonly container: { readonly network_infos: readonly Record<string, unknown>[] };
    };
    assert.deepEqual(web.labels, [{ key: "app", value: "web" }, { key: "bare" }]);
    assert.deepEqual(web.discovery.labels, { labels: [{ key: "d", value: "1" }] });
    assert.deepEqual(web.container.network_infos[0]?.labels, { labels: [{ key: "tier", value: "front" }] });
    const running = web.statuses.at(-1)?.container_status?.network_infos?.[0];
    assert.deepEqual(running?.labels, [{ key: "tier", value: "front" }]);
  });

  await t.test("rule 9, rule 12: each status has a state and a time, and no state comes twice in a row", async () => {
    for (const { statuses } of (await state()).frameworks[0]!.tasks) {
      assert.deepEqual(
        statuses.map((status) => status.state),
        ["TASK_STARTING", "TASK_RUNNING"],
      );
      for (const { timestamp } of statuses) assert.ok(timestamp > 1e9);
    }
  });

  await t.test("rule 23: it stays readable while the framework is away, and its tasks run", async () => {
    framework.disconnect();
    await poll(async () => (await state()).frameworks[0]!.connected === false);
    assert.equal((await dns()).tasks.length, 3);
  });

  await t.test("rule 7, rule 23: and when all is over", async () => {
    await ask({ path: "/teardown", method: "POST", body: `frameworkId=${framework.id}` });
    assert.deepEqual((await dns()).tasks, []);
    const completed = (await state()).completed_frameworks as Record<string, unknown>[];
    assert.ok(completed.some(({ id }) => id === framework.id));
    for (const one of completed) assert.ok(!("pid" in one));
  });
});
