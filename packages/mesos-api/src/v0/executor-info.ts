import { create, isFieldSet } from "@bufbuild/protobuf";
import { CommandInfoSchema } from "../../gen/mesos/v1/command_pb.js";
import { type ExecutorInfo, ExecutorInfo_TypeSchema, ExecutorInfoSchema } from "../../gen/mesos/v1/framework_pb.js";
import { writeCommand } from "./command.ts";
import { enumName } from "./enum-name.ts";
import { jsonMembers, jsonString, remembered } from "./json-text.ts";
import { writeLabels } from "./labels.ts";
import { writeResources } from "./resources.ts";
import { allocationRole } from "./task.ts";

/** The members of an executor in the master's `/state`, without braces: `slave_id` comes after them. */
export const writeExecutorMembers = remembered((executor: ExecutorInfo) =>
  jsonMembers([
    ["executor_id", jsonString(executor.executorId?.value ?? "")],
    ["name", jsonString(executor.name)],
    ["framework_id", jsonString(executor.frameworkId?.value ?? "")],
    ["command", writeCommand(executor.command ?? create(CommandInfoSchema))],
    ["resources", writeResources(executor.resources)],
    ["role", executor.resources.length === 0 ? undefined : jsonString(allocationRole(executor.resources))],
    ["labels", executor.labels && writeLabels(executor.labels)],
    [
      "type",
      isFieldSet(executor, ExecutorInfoSchema.field.type)
        ? jsonString(enumName(ExecutorInfo_TypeSchema, executor.type))
        : undefined,
    ],
  ]),
);
