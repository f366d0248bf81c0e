import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { agent as agentApi, create, fromBinary, TaskState, toBinary, VersionInfoSchema } from "@fairlead/mesos-api";
import { type Authorizer, permitAll } from "../../base/authorizer.ts";
import { serve } from "../../base/http/serve.ts";
import { silentLogger } from "../../base/log.ts";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { agentRoutes } from "./routes.ts";
import { aFramework, anExecutor, aQueuedTask, aTask, bag, FakeAgent, tasks } from "./testing.ts";

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";

async function start(t: TestContext, authorizer: Authorizer = permitAll) {
  const agent = new FakeAgent();
  const executor = anExecutor("t1", { tasks: tasks(aTask("t1", TaskState.TASK_RUNNING)) });
  const framework = aFramework(
    [executor],
    [anExecutor("t0", { completedTasks: [aTask("t0", TaskState.TASK_FINISHED)] })],
  );
  agent.frameworks = new Map([[framework.id, framework]]);
  agent.allocated = bag("cpus:0.6;mem:32").allocate("*");
  const server = await serve({
    ip: "127.0.0.1",
    port: 0,
    process: "slave(1)",
    routes: agentRoutes(agent, {
      config: { flags: new Map([["work_dir", "/w"]]) },
      version: create(VersionInfoSchema, { version: "1.12.0" }),
      authorizer,
      clock: new VirtualClock(agent.startedMs + 5000),
      log: silentLogger,
    }),
    maxBodyBytes: 1 << 20,
    maxUnreadBytes: 1 << 20,
    authorizer,
    log: silentLogger,
    clock: new VirtualClock(),
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const get = (path: string) => fetch(url + path);
  const call = (body: string | Uint8Array, headers: Record<string, string> = { "Content-Type": JSON_TYPE }) =>
    fetch(`${url}/api/v1`, { method: "POST", body: body as NonNullable<RequestInit["body"]>, headers });
  return { agent, executor, get, call };
}

test("old endpoints under both names, with JSONP and exact content types", async (t) => {
  const { get } = await start(t);
  for (const path of ["/state", "/slave(1)/state", "/slave%281%29/state", "/state/"]) {
    const response = await get(path);
    assert.equal(response.headers.get("content-type"), JSON_TYPE, path);
    const state = (await response.json()) as { id: string; flags: object; frameworks: { executors: object[] }[] };
    assert.deepEqual([state.id, state.flags, state.frameworks[0]?.executors.length], ["m1-S0", { work_dir: "/w" }, 1]);
  }
  const jsonp = await get("/monitor/statistics?jsonp=cb");
  assert.equal(jsonp.headers.get("content-type"), "text/javascript");
  assert.match(await jsonp.text(), /^cb\(\[\{"framework_id":"m1-0000".*\}\]\)$/);
  const containers = (await (await get("/containers/")).json()) as { container_id: string }[];
  assert.deepEqual(
    containers.map(({ container_id }) => container_id),
    ["c-t1"],
  );
  assert.deepEqual(await (await get("/containers?container_id=none")).json(), []);
  const refused = await get("/containers?executor_id=t1");
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /^Supported query parameters are/);
  assert.equal((await get("/health")).status, 200);
  assert.deepEqual(await (await get("/version")).json(), { version: "1.12.0" });
});

test("while the agent recovers everything but the process's own endpoints is 503", async (t) => {
  const { agent, get, call } = await start(t);
  agent.recovered = false;
  for (const response of [await get("/state"), await get("/containers"), await call('{"type":"GET_HEALTH"}')]) {
    assert.equal(response.status, 503);
    assert.equal(await response.text(), "Agent has not finished recovery");
  }
  for (const path of ["/health", "/version", "/flags", "/metrics/snapshot", "/system/stats.json"]) {
    assert.equal((await get(path)).status, 200, path);
  }
});

test("/metrics/snapshot holds Mesos's names with true numbers", async (t) => {
  const { agent, executor, get } = await start(t);
  agent.counters = new Map([["slave/tasks_finished", 4]]);
  Object.assign(executor, { queuedTasks: aQueuedTask("t2") });
  const metrics = (await (await get("/metrics/snapshot")).json()) as Record<string, number>;
  assert.ok(Object.values(metrics).every((value) => typeof value === "number"));
  assert.deepEqual(
    [
      "slave/uptime_secs",
      "slave/registered",
      "slave/tasks_staging",
      "slave/tasks_running",
      "slave/tasks_finished",
      "slave/cpus_total",
      "slave/cpus_used",
      "slave/mem_percent",
      "slave/executors_preempted",
    ].map((name) => metrics[name]),
    [5, 1, 1, 1, 4, 4, 0.6, 32 / 2048, 0],
  );
});

test("operator calls in JSON: names as in v1, empty lists kept", async (t) => {
  const { call } = await start(t);
  const answer = async (type: string, details: object = {}) => {
    const response = await call(JSON.stringify({ type, ...details }));
    assert.equal(response.headers.get("content-type"), JSON_TYPE, type);
    return (await response.json()) as never;
  };
  assert.deepEqual(await answer("GET_HEALTH"), { type: "GET_HEALTH", get_health: { healthy: true } });
  assert.deepEqual(await answer("GET_FLAGS"), {
    type: "GET_FLAGS",
    get_flags: { flags: [{ name: "work_dir", value: "/w" }] },
  });
  const { get_state } = await answer("GET_STATE");
  const { get_tasks, get_executors, get_frameworks } = get_state as never;
  const ids = (list: { task_id: { value: string } }[]) => list.map(({ task_id }) => task_id.value);
  assert.deepEqual(
    Object.entries(get_tasks).map(([name, list]) => [name, ids(list as never)]),
    [
      ["pending_tasks", []],
      ["queued_tasks", []],
      ["launched_tasks", ["t1"]],
      ["terminated_tasks", []],
      ["completed_tasks", ["t0"]],
    ],
  );
  assert.deepEqual(
    Object.entries(get_executors).map(([name, list]) => [name, (list as unknown[]).length]),
    [
      ["executors", 1],
      ["completed_executors", 1],
    ],
  );
  assert.deepEqual(Object.keys(get_frameworks), ["frameworks", "completed_frameworks"]);
  const { get_agent } = await answer("GET_AGENT");
  assert.deepEqual((get_agent as { agent_info: { id: object } }).agent_info.id, { value: "m1-S0" });
  const { get_metrics } = await answer("GET_METRICS", { get_metrics: {} });
  assert.ok((get_metrics as { metrics: unknown[] }).metrics.length > 30);
  const { get_containers } = await answer("GET_CONTAINERS", { get_containers: { show_nested: true } });
  const [container] = (get_containers as { containers: never[] }).containers;
  assert.deepEqual(container, {
    framework_id: { value: "m1-0000" },
    executor_id: { value: "t1" },
    executor_name: "Command Executor (Task: t1) (Command: sh -c 'sleep 60')",
    container_id: { value: "c-t1" },
    container_status: {
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
    resource_statistics: { timestamp: 1767322130.5, mem_rss_bytes: 4096 },
  });
});

test("a sandbox is listed and read by operator calls", async (t) => {
  const { executor, call } = await start(t);
  const directory = await mkdtemp(join(tmpdir(), "fairlead-operator-"));
  t.after(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "stdout"), "hello");
  Object.assign(executor, { directory });
  const path = join(directory, "stdout");

  const listed = await call(JSON.stringify({ type: "LIST_FILES", list_files: { path: directory } }));
  const { list_files } = (await listed.json()) as { list_files: { file_infos: { path: string; size: number }[] } };
  assert.deepEqual(
    list_files.file_infos.map((info) => [info.path, info.size]),
    [[path, 5]],
  );
  const read = async (details: object) =>
    (
      (await (await call(JSON.stringify({ type: "READ_FILE", read_file: { path, ...details } }))).json()) as {
        read_file: object;
      }
    ).read_file;
  assert.deepEqual(await read({ offset: 1 }), { size: 5, data: Buffer.from("ello").toString("base64") });
  assert.deepEqual(await read({ offset: 1, length: 2 }), { size: 5, data: Buffer.from("el").toString("base64") });
  const none = await call('{"type":"READ_FILE","read_file":{"path":"/etc/passwd","offset":0}}');
  assert.equal(none.status, 404);
});

test("a task that waits for its executor is a staging task of the user that it asked for", async (t) => {
  const { executor, call } = await start(t);
  Object.assign(executor, { queuedTasks: aQueuedTask("t2") });
  const request = create(agentApi.CallSchema, { type: agentApi.Call_Type.GET_TASKS });
  const response = await call(toBinary(agentApi.CallSchema, request), {
    "Content-Type": PROTOBUF_TYPE,
    Accept: PROTOBUF_TYPE,
  });
  assert.equal(response.headers.get("content-type"), PROTOBUF_TYPE);
  const { getTasks } = fromBinary(agentApi.ResponseSchema, new Uint8Array(await response.arrayBuffer()));
  const [task] = getTasks?.queuedTasks ?? [];
  assert.deepEqual(
    [task?.taskId?.value, task?.frameworkId?.value, task?.state, task?.user],
    ["t2", "m1-0000", TaskState.TASK_STAGING, "nobody"],
  );
});

test("every operator call of Mesos is served, or answers 501 with its name", async (t) => {
  const { call } = await start(t);
  const served = [
    "GET_HEALTH",
    "GET_FLAGS",
    "GET_VERSION",
    "GET_METRICS",
    "GET_STATE",
    "GET_CONTAINERS",
    "GET_FRAMEWORKS",
    "GET_EXECUTORS",
    "GET_TASKS",
    "GET_AGENT",
  ];
  for (const { name, number } of agentApi.Call_TypeSchema.values) {
    const request = create(agentApi.CallSchema, { type: number, getMetrics: {} });
    const response = await call(toBinary(agentApi.CallSchema, request), { "Content-Type": PROTOBUF_TYPE });
    const needsDetails = agentApi.CallSchema.fields.some((field) => field.name === name.toLowerCase());
    if (name === "UNKNOWN") assert.equal(response.status, 501);
    else if (served.includes(name)) assert.equal(response.status, 200, name);
    else if (needsDetails) assert.equal(response.status, 400, name);
    else {
      assert.equal(response.status, 501, name);
      assert.match(await response.text(), new RegExp(`\\b${name}\\b.*not served`));
    }
  }
  const kill = await call('{"type":"KILL_CONTAINER","kill_container":{"container_id":{"value":"c"}}}');
  assert.equal(kill.status, 501);
  const session = await call(
    '{"type":"LAUNCH_NESTED_CONTAINER_SESSION","launch_nested_container_session":{"container_id":{"value":"c"}}}',
    { "Content-Type": JSON_TYPE, Accept: "application/recordio", "Message-Accept": JSON_TYPE },
  );
  assert.equal(session.status, 501);
  const input = await call("", { "Content-Type": "application/recordio", "Message-Content-Type": JSON_TYPE });
  assert.equal(input.status, 501);
  assert.match(await input.text(), /ATTACH_CONTAINER_INPUT/);
});

test("a reader without rights gets 403", async (t) => {
  const { get, call } = await start(t, { authorize: (_, action) => action === "get_endpoint" });
  for (const path of ["/state", "/containers", "/monitor/statistics", "/flags"]) {
    assert.equal((await get(path)).status, 403, path);
  }
  for (const type of ["GET_STATE", "GET_CONTAINERS", "GET_FLAGS"]) {
    assert.equal((await call(JSON.stringify({ type }))).status, 403, type);
  }
});
