import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, getJson } from "./wire/ask.ts";
import { onNetworks, task } from "./wire/tasks.ts";
import { WireFramework } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

interface Owner {
  readonly framework_id: string;
  readonly executor_id: string;
  readonly executor_name: string;
  readonly source: string;
  readonly statistics: Readonly<Record<string, unknown>>;
}
interface Container extends Owner {
  readonly container_id: string;
  readonly status: {
    readonly container_id: { readonly value: string };
    readonly network_infos: readonly {
      readonly name: string;
      readonly labels: object;
      readonly ip_addresses: readonly { readonly protocol: string; readonly ip_address: string }[];
    }[];
    readonly executor_pid: number;
  };
}
interface AgentState {
  readonly id: string;
  readonly pid: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly frameworks: readonly {
    readonly id: string;
    readonly executors: readonly {
      readonly id: string;
      readonly container: string;
      readonly directory: string;
      readonly source: string;
      readonly tasks: readonly { readonly id: string; readonly labels: unknown }[];
    }[];
  }[];
}

test("documents of an agent", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.99.0.0/24");
  await workspace.startLocal();
  await using framework = await WireFramework.subscribe();
  const labels = { labels: [{ key: "k", value: "v" }] };
  const network = { type: "MESOS", network_infos: [{ name: "blue", labels }] };
  await framework.launch(
    task("on-blue", "echo hello; sleep 1000", { container: network, labels }),
    task("on-host", "sleep 1000", onNetworks()),
  );
  const running = await framework.update("on-blue", "TASK_RUNNING");
  await framework.update("on-host", "TASK_RUNNING");
  const containerId = running.container_status!.container_id!.value;

  await t.test("/containers has `status` in the shape of the message, and the id as text", async () => {
    const containers = await getJson<Container[]>("/containers", AGENT_PORT);
    assert.deepEqual(containers.map(({ executor_id }) => executor_id).toSorted(), ["on-blue", "on-host"]);
    const container = containers.find(({ executor_id }) => executor_id === "on-blue")!;
    assert.equal(container.container_id, containerId);
    assert.equal(container.framework_id, framework.id);
    assert.equal(container.source, "on-blue");
    assert.equal(container.executor_name, "Command Executor (Task: on-blue) (Command: sh -c 'echo hello; ...')");
    assert.ok(!("container_status" in container));
    const { status } = container;
    assert.equal(status.container_id.value, containerId);
    assert.ok(Number.isInteger(status.executor_pid));
    assert.deepEqual(
      status.network_infos.map(({ name }) => name),
      ["blue"],
    );
    assert.deepEqual(status.network_infos[0]?.labels, labels);
    assert.deepEqual(status.network_infos[0]?.ip_addresses, running.container_status?.network_infos?.[0]?.ip_addresses);
  });

  for (const [query, expected] of [
    [`?container_id=${containerId}`, ["on-blue"]],
    [`?framework_id=${framework.id}`, ["on-blue", "on-host"]],
    [`?framework_id=${framework.id}&executor_id=on-host`, ["on-host"]],
    ["?container_id=none", []],
  ] as const) {
    await t.test(`/containers${query.replace(containerId, "ID").replace(framework.id, "ID")}`, async () => {
      const containers = await getJson<Container[]>(`/containers${query}`, AGENT_PORT);
      assert.deepEqual(containers.map(({ executor_id }) => executor_id).toSorted(), expected);
    });
  }

  await t.test("/containers of a task without its framework: 400", async () => {
    assert.equal((await ask({ port: AGENT_PORT, path: "/containers?executor_id=on-host" })).status, 400);
  });

  await t.test("/monitor/statistics are numbers, under the names that exporters read", async () => {
    const measured = await getJson<Owner[]>("/monitor/statistics", AGENT_PORT);
    assert.deepEqual(measured.map(({ source }) => source).toSorted(), ["on-blue", "on-host"]);
    for (const { statistics, framework_id: owner } of measured) {
      assert.equal(owner, framework.id);
      for (const [name, value] of Object.entries(statistics)) assert.equal(typeof value, "number", name);
      for (const name of ["timestamp", "cpus_soft_limit", "cpus_user_time_secs", "mem_limit_bytes", "mem_rss_bytes"]) {
        assert.ok(name in statistics, name);
      }
    }
  });

  await t.test("/state shows a command task as an executor of its id, with its sandbox", async () => {
    const state = await getJson<AgentState>("/state", AGENT_PORT);
    assert.equal(state.pid, `slave(1)@127.0.0.1:${AGENT_PORT}`);
    const executor = state.frameworks[0]!.executors.find(({ id }) => id === "on-blue")!;
    assert.equal(executor.container, containerId);
    assert.equal(executor.source, "on-blue");
    assert.deepEqual(
      executor.tasks.map((found) => [found.id, found.labels]),
      [["on-blue", labels.labels]],
    );
    const run = `slaves/${state.id}/frameworks/${framework.id}/executors/on-blue/runs/${containerId}`;
    assert.equal(executor.directory, `${state.flags.work_dir}/${run}`);
    for (const value of Object.values(state.flags)) assert.equal(typeof value, "string");
  });

  await t.test("the sandbox is served under its three names", async () => {
    const state = await getJson<AgentState>("/state", AGENT_PORT);
    const { directory } = state.frameworks[0]!.executors.find(({ id }) => id === "on-blue")!;
    // TASK_RUNNING is told when the command is started: what it prints comes when it does
    const printed = `/files/read?path=${directory}/stdout&offset=0`;
    await poll(async () => (await ask({ port: AGENT_PORT, path: printed })).text.includes("hello"));
    for (const path of [
      directory,
      directory.replace(containerId, "latest"),
      `/frameworks/${framework.id}/executors/on-blue/runs/latest`,
    ]) {
      const files = await getJson<{ path: string; size: number; mode: string }[]>(
        `/files/browse?path=${path}`,
        AGENT_PORT,
      );
      assert.deepEqual(files.map((file) => file.path).toSorted(), [`${path}/stderr`, `${path}/stdout`]);
      const read = await getJson(`/files/read?path=${path}/stdout&offset=0`, AGENT_PORT);
      assert.deepEqual(read, { offset: 0, data: "hello\n" });
      const end = await getJson(`/files/read?path=${path}/stdout&offset=-1`, AGENT_PORT);
      assert.deepEqual(end, { offset: 6, data: "" });
      const whole = await ask({ port: AGENT_PORT, path: `/files/download?path=${path}/stdout` });
      assert.deepEqual([whole.status, whole.text], [200, "hello\n"]);
      assert.match(whole.headers["content-disposition"] ?? "", /^attachment; filename=/);
    }
  });

  for (const path of ["/etc/passwd", "/", "/frameworks", "/frameworks/x/../../etc/passwd"]) {
    await t.test(`nothing else is: ${path}`, async () => {
      for (const endpoint of ["browse", "read", "download"]) {
        const answer = await ask({ port: AGENT_PORT, path: `/files/${endpoint}?path=${path}` });
        assert.equal(answer.status, 404, endpoint);
      }
    });
  }
});
