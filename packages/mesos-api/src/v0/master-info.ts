import { DomainInfoSchema, type MasterInfo } from "../../gen/mesos/v1/node_pb.js";
import { writeJson } from "../json/write.ts";
import { jsonObject, jsonString } from "./json-text.ts";

/** A master as `leader_info` shows it. */
export function writeMasterInfo(info: MasterInfo): string {
  return jsonObject([
    ["id", jsonString(info.id)],
    ["pid", jsonString(info.pid)],
    ["port", String(info.port)],
    ["hostname", jsonString(info.hostname)],
    ["domain", info.domain && writeJson(DomainInfoSchema, info.domain)],
  ]);
}
