import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { TimeInfoSchema } from "../../gen/mesos/v1/base_pb.js";
import { CommandInfoSchema } from "../../gen/mesos/v1/command_pb.js";
import { ContainerInfo_Type, ContainerInfoSchema, ContainerStatusSchema } from "../../gen/mesos/v1/container_pb.js";
import { FrameworkInfoSchema } from "../../gen/mesos/v1/framework_pb.js";
import { Call_Type, CallSchema } from "../../gen/mesos/v1/master/master_pb.js";
import { ResourceSchema, Value_ScalarSchema, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { AttributeConstraintSchema, Event_Type, EventSchema } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { TaskInfoSchema, TaskState, TaskStatusSchema } from "../../gen/mesos/v1/task_pb.js";
import { writeJson } from "./write.ts";

test("a status update: bytes as base64, enums by name, the default of an address's protocol", () => {
  const event = create(EventSchema, {
    type: Event_Type.UPDATE,
    update: {
      status: {
        taskId: { value: "t1" },
        state: TaskState.TASK_RUNNING,
        uuid: new Uint8Array(16).fill(0xff),
        timestamp: 1700000000.1,
        containerStatus: {
          containerId: { value: "2f0c" },
          networkInfos: [
            {
              name: "blue",
              ipAddresses: [{ ipAddress: "10.9.0.7" }],
              labels: { labels: [{ key: "app", value: "web" }] },
              portMappings: [{ hostPort: 8080, containerPort: 80 }],
            },
          ],
        },
      },
    },
  });
  assert.equal(
    writeJson(EventSchema, event),
    [
      '{"type":"UPDATE","update":{"status":{"task_id":{"value":"t1"},"state":"TASK_RUNNING","timestamp":1700000000.1,',
      '"uuid":"/////////////////////w==","container_status":{"container_id":{"value":"2f0c"},"network_infos":[{',
      '"ip_addresses":[{"protocol":"IPv4","ip_address":"10.9.0.7"}],"name":"blue",',
      '"labels":{"labels":[{"key":"app","value":"web"}]},"port_mappings":[{"host_port":8080,"container_port":80}]}]}}}}',
    ].join(""),
  );
});

test("declared defaults are written, those of deprecated fields are not", () => {
  assert.equal(
    writeJson(FrameworkInfoSchema, create(FrameworkInfoSchema, { user: "", name: "demo" })),
    '{"user":"","name":"demo","failover_timeout":0.0,"checkpoint":false}',
  );
  const resource = create(ResourceSchema, { name: "cpus", type: Value_Type.SCALAR, scalar: { value: 0.1 } });
  assert.equal(writeJson(ResourceSchema, resource), '{"name":"cpus","type":"SCALAR","scalar":{"value":0.1}}');
  resource.role = "*";
  assert.match(writeJson(ResourceSchema, resource), /"role":"\*"/);
  assert.equal(
    writeJson(CommandInfoSchema, create(CommandInfoSchema, { uris: [{ value: "u" }] })),
    '{"uris":[{"value":"u","extract":true}],"shell":true}',
  );
  assert.equal(
    writeJson(
      ContainerInfoSchema,
      create(ContainerInfoSchema, { type: ContainerInfo_Type.DOCKER, docker: { image: "i" } }),
    ),
    '{"type":"DOCKER","docker":{"image":"i","network":"HOST","privileged":false}}',
  );
});

test("false, zero and empty texts that are set are written; what is unset is not", () => {
  const status = create(TaskStatusSchema, { taskId: { value: "" }, state: TaskState.TASK_STARTING });
  assert.equal(writeJson(TaskStatusSchema, status), '{"task_id":{"value":""},"state":"TASK_STARTING"}');
  status.healthy = false;
  status.message = "";
  status.data = new Uint8Array();
  assert.equal(
    writeJson(TaskStatusSchema, status),
    '{"task_id":{"value":""},"state":"TASK_STARTING","message":"","data":"","healthy":false}',
  );
  assert.equal(writeJson(ContainerStatusSchema, create(ContainerStatusSchema, { networkInfos: [] })), "{}");
});

test("64-bit integers are numbers with all their digits", () => {
  const time = create(TimeInfoSchema, { nanoseconds: 1700000000123456789n });
  assert.equal(writeJson(TimeInfoSchema, time), '{"nanoseconds":1700000000123456789}');
});

test("doubles: whole ones keep a decimal, infinite ones are strings, NaN is unset", () => {
  const info = (failoverTimeout: number) =>
    writeJson(FrameworkInfoSchema, create(FrameworkInfoSchema, { user: "u", name: "n", failoverTimeout }));
  assert.match(info(604800), /"failover_timeout":604800\.0,/);
  assert.match(info(1e-7), /"failover_timeout":1e-7,/);
  assert.match(info(1e21), /"failover_timeout":1e\+21,/);
  assert.match(info(Number.POSITIVE_INFINITY), /"failover_timeout":"Infinity",/);
  assert.match(info(Number.NaN), /"failover_timeout":null,/);
});

test("maps, oneofs, and google.protobuf.Duration as a plain message", () => {
  const task = create(TaskInfoSchema, { name: "n", taskId: { value: "t" }, agentId: { value: "a" } });
  Object.defineProperty(task.limits, "__proto__", {
    value: create(Value_ScalarSchema, { value: 1 }),
    enumerable: true,
  });
  task.limits.mem = create(Value_ScalarSchema, { value: 64 });
  assert.match(writeJson(TaskInfoSchema, task), /"limits":\{"__proto__":\{"value":1\.0\},"mem":\{"value":64\.0\}\}\}$/);
  const constraint = create(AttributeConstraintSchema, {
    selector: { selector: { case: "attributeName", value: "rack" } },
    predicate: { predicate: { case: "exists", value: {} } },
  });
  assert.equal(
    writeJson(AttributeConstraintSchema, constraint),
    '{"selector":{"attribute_name":"rack"},"predicate":{"exists":{}}}',
  );
  const drain = create(CallSchema, {
    type: Call_Type.DRAIN_AGENT,
    drainAgent: { agentId: { value: "a" }, maxGracePeriod: { seconds: 90n, nanos: 0 } },
  });
  assert.match(writeJson(CallSchema, drain), /"max_grace_period":\{"seconds":90\}/);
});

test("texts are escaped, and a number that no enum has is a bug", () => {
  const command = create(CommandInfoSchema, { value: 'echo "a\n\u2028ü"' });
  assert.deepEqual(JSON.parse(writeJson(CommandInfoSchema, command)), { shell: true, value: 'echo "a\n\u2028ü"' });
  const status = create(TaskStatusSchema, { taskId: { value: "t" }, state: 99 as TaskState });
  assert.throws(() => writeJson(TaskStatusSchema, status), /TaskState has no value 99/);
});
