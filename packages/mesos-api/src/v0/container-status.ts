import { isFieldSet } from "@bufbuild/protobuf";
import { ContainerIDSchema } from "../../gen/mesos/v1/base_pb.js";
import {
  CgroupInfoSchema,
  type ContainerStatus,
  type NetworkInfo,
  NetworkInfo_IPAddressSchema,
  NetworkInfo_PortMappingSchema,
  NetworkInfoSchema,
} from "../../gen/mesos/v1/container_pb.js";
import { writeJson } from "../json/write.ts";
import { jsonArray, jsonObject, jsonString } from "./json-text.ts";
import { writeLabels } from "./labels.ts";

/** What is known of a container, under `statuses[].container_status`. The pid of its executor is not shown. */
export function writeContainerStatus(status: ContainerStatus): string {
  return jsonObject([
    ["container_id", status.containerId && writeJson(ContainerIDSchema, status.containerId)],
    ["network_infos", nonEmpty(status.networkInfos, writeNetworkInfo)],
    ["cgroup_info", status.cgroupInfo && writeJson(CgroupInfoSchema, status.cgroupInfo)],
  ]);
}

/** A network that a container is on: its labels are a bare array, unlike those in the NetworkInfo of a request. */
export function writeNetworkInfo(info: NetworkInfo): string {
  return jsonObject([
    ["groups", nonEmpty(info.groups, jsonString)],
    ["labels", info.labels && writeLabels(info.labels)],
    ["ip_addresses", nonEmpty(info.ipAddresses, (address) => writeJson(NetworkInfo_IPAddressSchema, address))],
    ["name", isFieldSet(info, NetworkInfoSchema.field.name) ? jsonString(info.name) : undefined],
    ["port_mappings", nonEmpty(info.portMappings, (mapping) => writeJson(NetworkInfo_PortMappingSchema, mapping))],
  ]);
}

function nonEmpty<T>(items: readonly T[], write: (item: T) => string): string | undefined {
  return items.length === 0 ? undefined : jsonArray(items, write);
}
