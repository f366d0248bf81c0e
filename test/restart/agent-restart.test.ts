import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ContainerInfo_Type, TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { containerAddresses, executorOf, masterState, monitorStatistics } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { ByteReader, type Progress } from "./byte-reader.ts";
import { containerIdOf, observe } from "./observed-container.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

const PORT = 9000;
const HOST_PORT = 31_900;
const MORE_BYTES = 3000;

test("tasks of a checkpointing framework do not notice that their agent is restarted", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.101.0.0/24", { type: "portmap", capabilities: { portMappings: true } });
  recordedBridge(workspace, "green", ["10.102.0.0/24", "fd00:102::/64"]);
  await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();

  const source = shellTask("source", program("byte-source.ts", PORT), {
    resources: "cpus:0.5;mem:128",
    container: {
      type: ContainerInfo_Type.MESOS,
      networkInfos: [
        { name: "blue", portMappings: [{ hostPort: HOST_PORT, containerPort: PORT, protocol: "tcp" }] },
        { name: "green" },
      ],
    },
  });
  await framework.launch(source);
  const server = await framework.update("source", TaskState.TASK_RUNNING);
  const [blue, , green6] = addressesOf(server);
  await framework.launch(
    shellTask("reader", program("byte-reader.ts", blue!, PORT), {
      networks: ["blue"],
      resources: "cpus:0.5;mem:128",
    }),
  );
  const client = await framework.update("reader", TaskState.TASK_RUNNING);
  const agentId = server.agentId!.value;
  const { directory } = await executorOf("reader");
  const noted = (): Progress => JSON.parse(readFileSync(join(directory, "progress"), "utf8"));

  const fromHost = await Promise.all([
    ByteReader.open(blue!, PORT),
    ByteReader.open(green6!, PORT),
    ByteReader.open("10.101.0.1", HOST_PORT),
  ]);
  t.after(() => {
    for (const reader of fromHost) reader.close();
  });
  await poll(() => existsSync(join(directory, "progress")));
  const flowOn = async (): Promise<void> => {
    const reads = [noted, ...fromHost.map((reader) => () => reader.progress)];
    const goals = reads.map((read) => [read, read().bytes + MORE_BYTES] as const);
    for (const [read, goal] of goals) {
      await poll(() => read().failure !== undefined || read().bytes >= goal);
      assert.equal(read().failure, undefined);
    }
  };
  await flowOn();

  const before = {
    containers: [observe(workspace, server), observe(workspace, client)],
    calls: pluginCalls(workspace),
    addresses: takenAddresses(workspace),
    updates: framework.updates.length,
  };
  assert.deepEqual(
    before.calls.map((call) => call.split(" ")[0]),
    ["ADD", "ADD", "ADD"],
  );
  const unchanged = (): void => {
    assert.deepEqual(
      {
        containers: [observe(workspace, server), observe(workspace, client)],
        calls: pluginCalls(workspace),
        addresses: takenAddresses(workspace),
        updates: framework.updates.length,
      },
      before,
    );
  };

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await step(t, `after ${signal}`, async () => {
      const end = await agent.end(signal);
      assert.deepEqual(end, signal === "SIGTERM" ? { code: 0, signal: null } : { code: null, signal });
      await flowOn();
      unchanged();
      agent = await workspace.startRegisteredAgent();
      await flowOn();
      unchanged();
      const state = await masterState();
      assert.deepEqual(
        state.slaves.map(({ id, active }) => ({ id, active })),
        [{ id: agentId, active: true }],
      );
      assert.deepEqual(state.frameworks[0]?.tasks.map(({ id, state }) => [id, state]).toSorted(), [
        ["reader", "TASK_RUNNING"],
        ["source", "TASK_RUNNING"],
      ]);
      for (const status of [server, client]) {
        assert.deepEqual(await containerAddresses(containerIdOf(status)), addressesOf(status));
        assert.equal((await executorOf(status.taskId!.value)).container, containerIdOf(status));
      }
    });
  }

  await step(t, "processes that it held when it was killed go on with the next one", async () => {
    await agent.end("SIGKILL");
    freeze(workspace.cgroupsRoot, containerIdOf(server));
    agent = await workspace.startRegisteredAgent();
    await flowOn();
    unchanged();
  });

  await step(t, "their networks need not be configured any more", async () => {
    workspace.removeNetwork("green");
    await agent.end("SIGTERM");
    agent = await workspace.startRegisteredAgent();
    await flowOn();
    unchanged();
    assert.deepEqual(await containerAddresses(containerIdOf(server)), addressesOf(server));
  });

  await step(t, "they can still be measured", async () => {
    const statistics = await monitorStatistics();
    for (const { executor_id, statistics: values } of statistics) {
      assert.equal(values.cpus_soft_limit, 0.6, executor_id);
      assert.ok(values.mem_rss_bytes > 0 && values.mem_limit_bytes === 160 * 1024 * 1024, executor_id);
    }
    assert.deepEqual(statistics.map(({ executor_id }) => executor_id).toSorted(), ["reader", "source"]);
  });

  await step(t, "and killed, also by a call that comes while their agent is away", async () => {
    await agent.end("SIGKILL");
    await framework.kill("reader");
    unchanged();
    agent = await workspace.startRegisteredAgent();
    for (const [taskId, running] of [
      ["reader", client],
      ["source", server],
    ] as const) {
      if (taskId === "source") await framework.kill(taskId);
      const killed = await framework.update(taskId, TaskState.TASK_KILLED);
      assert.deepEqual(addressesOf(killed), addressesOf(running));
      assert.equal(containerIdOf(killed), containerIdOf(running));
      assert.equal(killed.message, "Command terminated with signal Terminated");
      assert.equal(existsSync(workspace.cniPath(containerIdOf(running))), false);
    }
    assert.deepEqual(takenAddresses(workspace), {});
    assert.equal(execFileSync("iptables-save", { encoding: "utf8" }).includes(`${blue}:${PORT}`), false);
    const deleted = pluginCalls(workspace).slice(before.calls.length);
    assert.deepEqual(deleted.toSorted(), before.calls.map((call) => call.replace("ADD", "DEL")).toSorted());
  });
  await framework.teardown();
});

/** As the agent does to send a signal to all processes of a container at once. */
function freeze(cgroupsRoot: string, containerId: string): void {
  const unified = `/sys/fs/cgroup/${cgroupsRoot}/${containerId}/cgroup.freeze`;
  if (existsSync(unified)) writeFileSync(unified, "1");
  else writeFileSync(`/sys/fs/cgroup/freezer/${cgroupsRoot}/${containerId}/freezer.state`, "FROZEN");
}

function program(file: string, ...args: readonly (string | number)[]): string {
  return ["exec", process.execPath, join(import.meta.dirname, file), ...args].join(" ");
}
