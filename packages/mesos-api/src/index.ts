export {
  clearField,
  clone,
  create,
  equals,
  fromBinary,
  isFieldSet,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
export * as internal from "../gen/fairlead/internal/v1/agent_pb.js";
export * as agent from "../gen/mesos/v1/agent/agent_pb.js";
export * as allocator from "../gen/mesos/v1/allocator/allocator_pb.js";
export * from "../gen/mesos/v1/base_pb.js";
export * from "../gen/mesos/v1/command_pb.js";
export * from "../gen/mesos/v1/container_pb.js";
export * from "../gen/mesos/v1/discovery_pb.js";
export * as executor from "../gen/mesos/v1/executor/executor_pb.js";
export * from "../gen/mesos/v1/framework_pb.js";
export * from "../gen/mesos/v1/inspect_pb.js";
export * as maintenance from "../gen/mesos/v1/maintenance/maintenance_pb.js";
export * as master from "../gen/mesos/v1/master/master_pb.js";
export * from "../gen/mesos/v1/node_pb.js";
export * from "../gen/mesos/v1/offer_pb.js";
export * as quota from "../gen/mesos/v1/quota/quota_pb.js";
export * from "../gen/mesos/v1/resource_pb.js";
export * as scheduler from "../gen/mesos/v1/scheduler/scheduler_pb.js";
export * from "../gen/mesos/v1/statistics_pb.js";
export * from "../gen/mesos/v1/task_pb.js";
export { holdsMoreMessages } from "./binary/holds-more-messages.ts";
export { ClientError } from "./clients/client-error.ts";
export type { CallOptions, ClientOptions } from "./clients/endpoint.ts";
export { EventStream } from "./clients/event-stream.ts";
export { encodeMessage, type MediaType } from "./clients/media-type.ts";
export {
  type AgentClient,
  agentClient,
  type MasterClient,
  masterClient,
  OperatorClient,
} from "./clients/operator-client.ts";
export { SchedulerClient } from "./clients/scheduler-client.ts";
export * from "./container-id.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export { missingRequired } from "./json/missing-required.ts";
export { JsonDecodeError, parseJsonText } from "./json/parse-json-text.ts";
export { readJson } from "./json/read.ts";
export { writeJson } from "./json/write.ts";
export { encodeRecord } from "./recordio/encode-record.ts";
export { RecordDecoder } from "./recordio/record-decoder.ts";
export { RecordError } from "./recordio/record-error.ts";
export { formatResource } from "./resources/format-resource.ts";
export { mapResources } from "./resources/map-resources.ts";
export { parseAttributes } from "./resources/parse-attributes.ts";
export { parseResources } from "./resources/parse-resources.ts";
export * from "./resources/predicates.ts";
export { formatRanges, mergeRanges, type Range } from "./resources/ranges.ts";
export { toEndpointFormat, toRefinedFormat, toUnrefinedFormat } from "./resources/reservation-format.ts";
export { ResourceError } from "./resources/resource-error.ts";
export { Resources } from "./resources/resources.ts";
export { validateResource } from "./resources/validate-resource.ts";
export * from "./roles.ts";
export * from "./task-state.ts";
export * as v0 from "./v0/index.ts";
