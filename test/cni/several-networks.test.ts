import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ContainerInfo_Type,
  type MessageInitShape,
  NetworkInfo_Protocol,
  type NetworkInfoSchema,
  scheduler,
  TaskState,
  type TaskStatus,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { executorOf, masterState } from "../support/state.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

const AGENT_IP6 = "fd40::1";

type Refused = [
  id: string,
  request: { networkInfos: MessageInitShape<typeof NetworkInfoSchema>[]; hostname?: string },
  message: RegExp,
];

test("several networks", async (t) => {
  const cluster = await Cluster.start(t, `--ip6=${AGENT_IP6}`);
  const { framework, workspace } = cluster;
  const network = (name: string, subnet: string, subnet6: string, isDefault: boolean) => {
    const routes = isDefault ? [{ dst: "0.0.0.0/0" }, { dst: "::/0" }] : [];
    const ipam = { ...workspace.hostLocal(subnet, subnet6), routes };
    workspace.network({
      cniVersion: "1.0.0",
      name,
      plugins: [{ type: "bridge", bridge: `br-${name}`, isGateway: true, ipam }],
    });
  };
  network("red", "10.51.0.0/24", "fd51::/64", true);
  network("green", "10.52.0.0/24", "fd52::/64", true);
  network("blue", "10.53.0.0/24", "fd53::/64", false);

  const wanted = [
    { groups: ["unnamed"] },
    { name: "red", labels: { labels: [{ key: "tier", value: "front" }] } },
    { labels: { labels: [{ key: "unnamed", value: "too" }] } },
    { name: "blue", portMappings: [{ hostPort: 31_053, containerPort: 80, protocol: "tcp" }] },
    { name: "green" },
  ];
  const container = { type: ContainerInfo_Type.MESOS, networkInfos: wanted };
  const reported = [
    ["red", "10.51.0.2", "fd51::2"],
    ["blue", "10.53.0.2", "fd53::2"],
    ["green", "10.52.0.2", "fd52::2"],
  ];
  const networksOf = (status: TaskStatus) =>
    status.containerStatus?.networkInfos.map(({ name, ipAddresses }) => [
      name,
      ...ipAddresses.map(({ ipAddress }) => ipAddress),
    ]);
  const task = await cluster.run(shellTask("all", "exec sleep 1000", { container }));

  await t.test("addresses come in request order, those without a name are skipped", async () => {
    const starting = await framework.update("all", TaskState.TASK_STARTING);
    for (const status of [starting, task.status]) {
      assert.deepEqual(networksOf(status), reported, TaskState[status.state]);
      assert.equal(status.containerStatus?.containerId?.value, task.containerId);
      const protocols = status.containerStatus?.networkInfos[0]?.ipAddresses.map(({ protocol }) => protocol);
      assert.deepEqual(protocols, [NetworkInfo_Protocol.IPv4, NetworkInfo_Protocol.IPv6]);
    }
  });

  await t.test("the state of agent and master tell the same, with what was asked for", async () => {
    const addresses = (v4: string, v6: string) => [
      { protocol: "IPv4", ip_address: v4 },
      { protocol: "IPv6", ip_address: v6 },
    ];
    const expected = [
      { ip_addresses: addresses("10.51.0.2", "fd51::2"), labels: [{ key: "tier", value: "front" }], name: "red" },
      {
        ip_addresses: addresses("10.53.0.2", "fd53::2"),
        name: "blue",
        port_mappings: [{ host_port: 31_053, container_port: 80, protocol: "tcp" }],
      },
      { ip_addresses: addresses("10.52.0.2", "fd52::2"), name: "green" },
    ];
    const [ofAgent] = (await executorOf("all")).tasks;
    const ofMaster = (await masterState()).frameworks.flatMap(({ tasks }) => tasks).find(({ id }) => id === "all");
    for (const { statuses } of [ofAgent!, ofMaster!]) {
      assert.deepEqual(
        statuses.map(({ state }) => state),
        ["TASK_STARTING", "TASK_RUNNING"],
      );
      for (const { container_status } of statuses) assert.deepEqual(container_status?.network_infos, expected);
    }
  });

  await t.test("interfaces are numbered in request order", async () => {
    assert.deepEqual(
      await task.kernelNetworks(),
      Object.fromEntries(reported.map(([, ...addresses], index) => [`eth${index}`, addresses])),
    );
  });

  await t.test("the first network that has a default route gives it", async () => {
    for (const family of ["-4", "-6"]) {
      const via = { "-4": "10.51.0.1", "-6": "fd51::1" }[family]!;
      const routes = (await task.inside("ip", family, "route", "show", "default")).trim().split("\n");
      assert.equal(routes.length, 1, routes.join("\n"));
      assert.match(routes[0]!, new RegExp(`^default via ${via} dev eth0\\b`));
    }
    const later = await cluster.finish(
      shellTask("later", "ip route show default", { networks: ["blue", "green", "red"] }),
    );
    assert.match(later.stdout, /^default via 10\.52\.0\.1 dev eth1 \n$/);
  });

  await t.test("a reconciliation tells them, and the last update", async () => {
    await framework.call({
      type: scheduler.Call_Type.RECONCILE,
      reconcile: { tasks: [{ taskId: { value: "all" } }] },
    });
    const answer = await framework.until(() =>
      framework.updates.find(({ reason }) => reason === TaskStatus_Reason.RECONCILIATION),
    );
    assert.deepEqual(networksOf(answer), reported);
    const { status } = await cluster.kill("all");
    assert.equal(status.state, TaskState.TASK_KILLED);
    assert.deepEqual(networksOf(status), reported);
  });

  await t.test("a task without networks has the agent's addresses, and its network", async () => {
    const list = "ip -oneline address";
    const host = await cluster.finish(shellTask("host", list));
    const unnamed = await cluster.finish(
      shellTask("unnamed", list, {
        container: { type: ContainerInfo_Type.MESOS, networkInfos: [{}, { groups: ["a"] }] },
      }),
    );
    for (const { status, stdout } of [host, unnamed]) {
      const updates = framework.updates.filter(({ taskId }) => taskId?.value === status.taskId?.value);
      assert.deepEqual(
        updates.map((update) => [TaskState[update.state], networksOf(update)]),
        ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"].map((state) => [state, [["", "127.0.0.1", AGENT_IP6]]]),
      );
      assert.match(stdout, / br-red /);
    }
  });

  await t.test("what cannot be fails the launch before any plugin runs", async () => {
    const named = (...names: readonly string[]) => ({ networkInfos: names.map((name) => ({ name })) });
    const launches: Refused[] = [
      ["twice", named("red", "blue", "red"), /Attempted to join CNI network 'red' multiple times$/],
      ["nowhere", named("red", "nowhere"), /Unknown CNI network 'nowhere'$/],
      ["outside", named("red", "../../escape"), /Unknown CNI network '\.\.\/\.\.\/escape'/],
      ["pinned", named("ns"), /Unknown CNI network 'ns'/],
      ["empty", named(""), /Unknown CNI network ''/],
      ["torn", named("a\nb"), /Unknown CNI network 'a\\nb'/],
      ["host-name", { ...named("red"), hostname: "web # 1" }, /Invalid hostname "web # 1"/],
      [
        "label",
        { networkInfos: [{ name: "red", labels: { labels: [{ key: "a\nb" }] } }] },
        /control characters: "a\\nb"/,
      ],
    ];
    for (const [id, request, message] of launches) {
      const task = shellTask(id, "true", { container: { type: ContainerInfo_Type.MESOS, ...request } });
      const { status } = await cluster.finish(task);
      assert.deepEqual(cluster.states(id), ["TASK_FAILED"]);
      assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
      assert.match(status.message, message);
      assert.deepEqual(addressesOf(status), []);
    }
    const next = await cluster.finish(shellTask("next", "true", { networks: ["red"] }));
    assert.deepEqual(addressesOf(next.status), ["10.51.0.4", "fd51::4"], "two tasks were on it before");
  });
});
