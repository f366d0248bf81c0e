import type { DescField, DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { type MediaType, TaskSchema, toBinary, v0, writeJson } from "@fairlead/mesos-api";
import type { WholeReply } from "../http/http.ts";

/**
 * The answer to an operator call, in JSON or protobuf.
 *
 * Mesos writes the lists of its GET_* answers also when they are empty (`"tasks":[]`), other than those of every other message.
 */
export function v1Reply<Desc extends DescMessage>(
  mediaType: MediaType,
  schema: Desc,
  response: MessageShape<Desc>,
): WholeReply {
  const body = mediaType === "application/json" ? writeResponse(schema, response) : toBinary(schema, response);
  return { status: 200, contentType: mediaType, body };
}

function writeResponse(schema: DescMessage, response: Message): string {
  return v0.jsonObject(
    schema.fields.map((field): v0.Member => {
      const value = fieldValue(response, field);
      if (field.fieldKind === "enum") {
        return [field.name, v0.jsonString(field.enum.value[value as number]?.name ?? "UNKNOWN")];
      }
      if (field.fieldKind !== "message" || value === undefined) {
        return [field.name, undefined];
      }
      return [field.name, writeAnswer(schema, field.message, value as Message)];
    }),
  );
}

/** One GET_*: lists of messages, or (GET_STATE) other answers; anything else is written in the generic form. */
function writeAnswer(response: DescMessage, schema: DescMessage, answer: Message): string {
  const isAnswer = (field: DescField) => field.fieldKind === "message" && field.message.parent === response;
  const isList = (field: DescField) => field.fieldKind === "list" && field.listKind === "message";
  if (!schema.fields.every((field) => isAnswer(field) || isList(field))) {
    return writeJson(schema, answer);
  }
  return v0.jsonObject(
    schema.fields.map((field): v0.Member => {
      const value = fieldValue(answer, field);
      if (field.fieldKind === "message" && value !== undefined) {
        return [field.name, writeAnswer(response, field.message, value as Message)];
      }
      if (field.fieldKind === "list" && field.listKind === "message") {
        const items = value as readonly Message[];
        // what Mesos has given up stays away, as in Mesos
        return field.deprecated && items.length === 0
          ? [field.name, undefined]
          : [field.name, v0.jsonArray(items, (item) => writeItem(field.message, item))];
      }
      return [field.name, undefined];
    }),
  );
}

const writeTask = v0.remembered((task: Message) => writeJson(TaskSchema, task as MessageShape<typeof TaskSchema>));

/** Tasks are by far the most of what is listed, and they are the same objects from request to request. */
function writeItem(schema: DescMessage, item: Message): string {
  return schema === TaskSchema ? writeTask(item) : writeJson(schema, item);
}

/** Messages are records of their fields' local names. */
function fieldValue(message: Message, field: DescField): unknown {
  return (message as unknown as Record<string, unknown>)[field.localName];
}

/** Flags and metrics as the v1 API lists them. */
export function namedValues<T>(values: ReadonlyMap<string, T>): { name: string; value: T }[] {
  return Array.from(values, ([name, value]) => ({ name, value }));
}
