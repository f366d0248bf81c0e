import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { HealthCheck_Type } from "../../gen/mesos/v1/command_pb.js";
import { ContainerInfo_Type, NetworkInfo_Protocol } from "../../gen/mesos/v1/container_pb.js";
import { DiscoveryInfo_Visibility } from "../../gen/mesos/v1/discovery_pb.js";
import { type ResourceSchema, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { TaskInfoSchema, TaskSchema, TaskState, TaskStatus_Source } from "../../gen/mesos/v1/task_pb.js";
import { writeQueuedTask, writeTask } from "./task.ts";

const { SCALAR, RANGES } = Value_Type;

function scalar(name: string, value: number, role = "*"): MessageInitShape<typeof ResourceSchema> {
  return { name, type: SCALAR, scalar: { value }, allocationInfo: { role } };
}

const ports: MessageInitShape<typeof ResourceSchema> = {
  name: "ports",
  type: RANGES,
  ranges: { range: [{ begin: 31005n, end: 31005n }] },
  allocationInfo: { role: "*" },
};

test("a task of the reference: two networks, labels in both forms, discovery", () => {
  const task = create(TaskSchema, {
    taskId: { value: "web.1" },
    name: "web",
    frameworkId: { value: "6f1c-0000" },
    agentId: { value: "6f1c-S0" },
    state: TaskState.TASK_RUNNING,
    resources: [scalar("cpus", 0.5), scalar("mem", 64), ports],
    statuses: [
      {
        taskId: { value: "web.1" },
        state: TaskState.TASK_STARTING,
        timestamp: 1767322130.1,
        containerStatus: {
          containerId: { value: "9c2e" },
          networkInfos: [
            {
              ipAddresses: [{ protocol: NetworkInfo_Protocol.IPv4, ipAddress: "10.22.0.5" }],
              name: "blue",
            },
          ],
          executorPid: 4711,
        },
      },
      {
        taskId: { value: "web.1" },
        state: TaskState.TASK_RUNNING,
        timestamp: 1767322130.4,
        message: "not shown",
        source: TaskStatus_Source.EXECUTOR,
        uuid: new Uint8Array(16),
        data: new Uint8Array(3),
        containerStatus: {
          containerId: { value: "9c2e" },
          networkInfos: [
            {
              labels: { labels: [{ key: "tier", value: "front" }] },
              ipAddresses: [{ ipAddress: "10.22.0.5" }, { protocol: NetworkInfo_Protocol.IPv6, ipAddress: "fd00::5" }],
              name: "blue",
              portMappings: [{ hostPort: 31005, containerPort: 80, protocol: "tcp" }],
            },
            { ipAddresses: [{ ipAddress: "192.168.7.9" }], name: "green" },
          ],
        },
        healthy: true,
      },
    ],
    labels: { labels: [{ key: "app", value: "web" }] },
    discovery: {
      visibility: DiscoveryInfo_Visibility.CLUSTER,
      name: "web",
      ports: { ports: [{ number: 31005, name: "http", protocol: "tcp" }] },
    },
    container: {
      type: ContainerInfo_Type.MESOS,
      networkInfos: [{ name: "blue", labels: { labels: [{ key: "tier", value: "front" }] } }, { name: "green" }],
    },
  });

  assert.deepEqual(JSON.parse(writeTask(task)), {
    id: "web.1",
    name: "web",
    framework_id: "6f1c-0000",
    executor_id: "",
    slave_id: "6f1c-S0",
    state: "TASK_RUNNING",
    resources: { cpus: 0.5, gpus: 0, mem: 64, disk: 0, ports: "[31005-31005]" },
    role: "*",
    statuses: [
      {
        state: "TASK_STARTING",
        timestamp: 1767322130.1,
        container_status: {
          container_id: { value: "9c2e" },
          network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: "10.22.0.5" }], name: "blue" }],
        },
      },
      {
        state: "TASK_RUNNING",
        timestamp: 1767322130.4,
        container_status: {
          container_id: { value: "9c2e" },
          network_infos: [
            {
              labels: [{ key: "tier", value: "front" }],
              ip_addresses: [
                { protocol: "IPv4", ip_address: "10.22.0.5" },
                { protocol: "IPv6", ip_address: "fd00::5" },
              ],
              name: "blue",
              port_mappings: [{ host_port: 31005, container_port: 80, protocol: "tcp" }],
            },
            { ip_addresses: [{ protocol: "IPv4", ip_address: "192.168.7.9" }], name: "green" },
          ],
        },
        healthy: true,
      },
    ],
    labels: [{ key: "app", value: "web" }],
    discovery: {
      visibility: "CLUSTER",
      name: "web",
      ports: { ports: [{ number: 31005, name: "http", protocol: "tcp" }] },
    },
    container: {
      type: "MESOS",
      network_infos: [{ name: "blue", labels: { labels: [{ key: "tier", value: "front" }] } }, { name: "green" }],
    },
  });
});

test("what a task may also have: executor, user, limits, health check, docker defaults", () => {
  const task = create(TaskSchema, {
    taskId: { value: "t" },
    name: "t",
    frameworkId: { value: "f" },
    executorId: { value: "e" },
    agentId: { value: "s" },
    state: TaskState.TASK_STAGING,
    resources: [scalar("cpus", 1, "eng/web")],
    user: "nobody",
    limits: { cpus: { value: Number.POSITIVE_INFINITY }, mem: { value: 128 } },
    container: { type: ContainerInfo_Type.DOCKER, docker: { image: "busybox" } },
    healthCheck: { type: HealthCheck_Type.HTTP, http: { port: 80 } },
  });

  assert.deepEqual(JSON.parse(writeTask(task)), {
    id: "t",
    name: "t",
    framework_id: "f",
    executor_id: "e",
    slave_id: "s",
    state: "TASK_STAGING",
    resources: { cpus: 1, gpus: 0, mem: 0, disk: 0 },
    limits: { cpus: "Infinity", mem: 128 },
    role: "eng/web",
    statuses: [],
    user: "nobody",
    container: { type: "DOCKER", docker: { image: "busybox", network: "HOST", privileged: false } },
    health_check: {
      delay_seconds: 15,
      interval_seconds: 10,
      timeout_seconds: 20,
      consecutive_failures: 3,
      grace_period_seconds: 10,
      type: "HTTP",
      http: { protocol: "IPv4", port: 80 },
    },
  });
});

test("a task that waits for its executor shows its command and no state", () => {
  const task = create(TaskInfoSchema, {
    taskId: { value: "t" },
    name: "t",
    agentId: { value: "s" },
    resources: [scalar("cpus", 1)],
    command: {
      value: "sleep 60",
      arguments: ["a"],
      environment: { variables: [{ name: "A", value: "1" }] },
      uris: [{ value: "http://example/x" }],
    },
  });

  assert.deepEqual(JSON.parse(writeQueuedTask(task)), {
    id: "t",
    name: "t",
    slave_id: "s",
    resources: { cpus: 1, gpus: 0, mem: 0, disk: 0 },
    role: "*",
    command: {
      value: "sleep 60",
      argv: ["a"],
      environment: { variables: [{ name: "A", type: "VALUE", value: "1" }] },
      uris: [{ value: "http://example/x", executable: false }],
    },
  });
});

test("a task is written once, its successor anew", () => {
  const task = create(TaskSchema, { taskId: { value: "t" }, name: "t", state: TaskState.TASK_STAGING });
  const first = writeTask(task);
  assert.equal(writeTask(task), first);
  const next = create(TaskSchema, { ...task, state: TaskState.TASK_RUNNING });
  assert.equal(JSON.parse(writeTask(next)).state, "TASK_RUNNING");
});
