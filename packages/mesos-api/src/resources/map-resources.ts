import type { DescField, DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { type Resource, ResourceSchema } from "../../gen/mesos/v1/resource_pb.js";
import { copyMessage } from "../copy-message.ts";

type Values = Record<string, unknown>;
type Change = (resource: Resource) => Resource;

/**
 * A message with every Resource anywhere in it changed: to another format of reservations, or with an allocation set or taken away.
 *
 * Nothing is mutated; what does not change is shared with the original, and the original itself is returned where nothing does.
 */
export function mapResources<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  change: Change,
): MessageShape<Desc> {
  // a generated message has its fields as properties, which its type does not tell
  return mapMessage(schema, message as Message as unknown as Values, change) as unknown as MessageShape<Desc>;
}

/** By message: the fields that lead to a Resource; none of them is a map or in a oneof. Descriptors live as long as the program. */
const paths = new WeakMap<DescMessage, readonly DescField[]>();

function mapMessage(desc: DescMessage, message: Values, change: Change): Values {
  if (desc === ResourceSchema) {
    return change(message as unknown as Resource) as unknown as Values;
  }
  let copy: Values | undefined;
  for (const field of fieldsToResources(desc)) {
    const value = message[field.localName];
    const mapped = mapField(field, value, change);
    if (mapped !== value) {
      copy ??= copyMessage(message as unknown as Message) as unknown as Values;
      copy[field.localName] = mapped;
    }
  }
  return copy ?? message;
}

function mapField(field: DescField, value: unknown, change: Change): unknown {
  // every field of a path holds messages
  const map = (inner: unknown) => mapMessage(field.message as DescMessage, inner as Values, change);
  if (value === undefined) {
    return value;
  }
  if (field.fieldKind === "list") {
    const items = value as readonly unknown[];
    const mapped = items.map(map);
    return mapped.some((item, i) => item !== items[i]) ? mapped : items;
  }
  return map(value);
}

function fieldsToResources(desc: DescMessage): readonly DescField[] {
  let fields = paths.get(desc);
  if (fields === undefined) {
    fields = desc.fields.filter((field) => field.message !== undefined && leadsToResource(field.message, new Set()));
    paths.set(desc, fields);
  }
  return fields;
}

function leadsToResource(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (desc === ResourceSchema) {
    return true;
  }
  if (seen.has(desc)) {
    return false;
  }
  seen.add(desc);
  return desc.fields.some((field) => field.message !== undefined && leadsToResource(field.message, seen));
}
