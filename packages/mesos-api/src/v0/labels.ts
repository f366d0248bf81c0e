import { type Label, LabelSchema, type Labels } from "../../gen/mesos/v1/base_pb.js";
import { writeJson } from "../json/write.ts";
import { jsonArray } from "./json-text.ts";

/** Labels as a bare array; where a whole message is written in the generic form they keep their `{"labels":[…]}`. */
export function writeLabels(labels: Labels): string {
  return jsonArray(labels.labels, (label: Label) => writeJson(LabelSchema, label));
}
