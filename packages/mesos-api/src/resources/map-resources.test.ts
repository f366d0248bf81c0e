import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescFile, type DescMessage, equals } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { file_fairlead_internal_v1_agent } from "../../gen/fairlead/internal/v1/agent_pb.js";
import { file_mesos_v1_agent_agent } from "../../gen/mesos/v1/agent/agent_pb.js";
import { file_mesos_v1_executor_executor } from "../../gen/mesos/v1/executor/executor_pb.js";
import { file_mesos_v1_master_master } from "../../gen/mesos/v1/master/master_pb.js";
import { Offer_OperationSchema } from "../../gen/mesos/v1/offer_pb.js";
import { type Resource, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { CallSchema, file_mesos_v1_scheduler_scheduler } from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { copyMessage } from "../copy-message.ts";
import { mapResources } from "./map-resources.ts";
import { scalar } from "./resource.fixture.ts";

const web = (resource: Resource) => {
  const copy = copyMessage(resource);
  copy.role = "web";
  return copy;
};

test("resources are changed wherever they are, the message is not", () => {
  const operation = create(Offer_OperationSchema, {
    launch: {
      taskInfos: [
        {
          name: "n",
          resources: [scalar("cpus", 1)],
          executor: { executorId: { value: "e" }, resources: [scalar("mem", 1)] },
          command: { value: "true" },
        },
        { name: "none" },
      ],
    },
    launchGroup: { executor: { executorId: { value: "d" }, resources: [scalar("disk", 1)] }, taskGroup: {} },
  });
  const mapped = mapResources(Offer_OperationSchema, operation, web);
  const [task, none] = mapped.launch?.taskInfos ?? [];
  const resources = [task?.resources[0], task?.executor?.resources[0], mapped.launchGroup?.executor?.resources[0]];
  assert.deepEqual(
    resources.map((resource) => resource?.role),
    ["web", "web", "web"],
  );
  assert.equal(operation.launch?.taskInfos[0]?.resources[0]?.role, "*");
  assert.equal(task?.command, operation.launch?.taskInfos[0]?.command);
  assert.equal(none, operation.launch?.taskInfos[1]);
  assert.ok(!equals(Offer_OperationSchema, mapped, operation));
});

test("where nothing changes the message itself comes back", () => {
  const call = create(CallSchema, { accept: { operations: [{ reserve: { resources: [scalar("cpus", 1)] } }] } });
  assert.equal(
    mapResources(CallSchema, call, (resource) => resource),
    call,
  );
  const resource = scalar("cpus", 1);
  assert.equal(mapResources(ResourceSchema, resource, web).role, "web");
});

test("in no message a map or a oneof leads to a resource", () => {
  const leads = (desc: DescMessage, seen = new Set<DescMessage>()): boolean =>
    desc === ResourceSchema ||
    (!seen.has(desc) && desc.fields.some((field) => field.message && leads(field.message, seen.add(desc))));
  const files = new Set<DescFile>();
  const collect = (file: DescFile) => {
    files.add(file);
    file.dependencies.forEach(collect);
  };
  [
    file_fairlead_internal_v1_agent,
    file_mesos_v1_agent_agent,
    file_mesos_v1_executor_executor,
    file_mesos_v1_master_master,
    file_mesos_v1_scheduler_scheduler,
  ].forEach(collect);
  for (const type of [...files].flatMap((file) => [...nestedTypes(file)])) {
    for (const field of type.kind === "message" ? type.fields : []) {
      if (field.fieldKind === "map" || field.oneof !== undefined) {
        assert.ok(!(field.message && leads(field.message)), String(field));
      }
    }
  }
});
