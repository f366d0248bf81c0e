import { type Attribute, Value_Type } from "../../gen/mesos/v1/resource_pb.js";
import { jsonDouble, jsonObject, jsonString, type Member } from "./json-text.ts";
import { rangesText, setText } from "./resources.ts";

/** Attributes by name: a number, or text. A name that an agent has twice is written twice, as in Mesos. */
export function writeAttributes(attributes: readonly Attribute[]): string {
  return jsonObject(attributes.map((attribute): Member => [attribute.name, writeValue(attribute)]));
}

function writeValue(attribute: Attribute): string {
  switch (attribute.type) {
    case Value_Type.SCALAR:
      return jsonDouble(attribute.scalar?.value ?? 0);
    case Value_Type.RANGES:
      return jsonString(rangesText(attribute.ranges?.range ?? []));
    case Value_Type.SET:
      return jsonString(setText(attribute.set?.item ?? []));
    case Value_Type.TEXT:
      return jsonString(attribute.text?.value ?? "");
  }
}
