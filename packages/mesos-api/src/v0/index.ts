/**
 * Writers of the JSON of Mesos's old endpoints (`/state`, `/tasks`, `/slaves`, …). It differs from the JSON of the v1 API: ids are plain
 * strings, labels bare arrays, resources an object of sums, and agents are slaves. What is written in the generic form of protobuf there
 * (`discovery`, `container`, `health_check`, `*_resources_full`, …) has no name that the two spell differently, so `writeJson` serves both.
 */
export { writeAgentMembers } from "./agent-info.ts";
export { writeAttributes } from "./attributes.ts";
export { writeContainerStatus, writeNetworkInfo } from "./container-status.ts";
export { enumName } from "./enum-name.ts";
export { writeExecutorMembers } from "./executor-info.ts";
export { jsonArray, jsonDouble, jsonMembers, jsonObject, jsonString, type Member, remembered } from "./json-text.ts";
export { writeLabels } from "./labels.ts";
export { writeMasterInfo } from "./master-info.ts";
export { writeOffer } from "./offer.ts";
export {
  writeBag,
  writeBagFull,
  writeReserved,
  writeReservedFull,
  writeUnreserved,
  writeUnreservedFull,
} from "./resource-bag.ts";
export { writeQuantities, writeResources } from "./resources.ts";
export { allocationRole, writeQueuedTask, writeTask, writeTaskStatus } from "./task.ts";
