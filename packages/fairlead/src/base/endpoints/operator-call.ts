import assert from "node:assert/strict";
import type { DescField, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { isFieldSet, type MediaType, missingRequired } from "@fairlead/mesos-api";
import type { HttpReply, HttpRequest, WholeReply } from "../http/http.ts";
import { acceptedMediaType } from "../http/media-type.ts";
import { readCall } from "../http/read-call.ts";
import { isReply, plainReply, refuseMethod } from "../http/replies.ts";

/** The operator API of one kind of process. */
export interface OperatorApi<Desc extends DescMessage> {
  /** The schema of its Call. */
  readonly schema: Desc;
  /** The name that Mesos's texts use: `master::Call`. */
  readonly name: string;
  /** Calls whose sub-message may be left out although there is one. */
  readonly optional: ReadonlySet<string>;
  /** The calls that are served, by name. */
  readonly handlers: ReadonlyMap<string, OperatorHandler<MessageShape<Desc>>>;
}

export type OperatorHandler<Call> = (
  call: Call,
  context: { readonly request: HttpRequest; readonly mediaType: MediaType },
) => HttpReply | Promise<HttpReply>;

/**
 * Answers a request to `/api/v1`: the checks of Mesos in Mesos's order, then the call's handler. A call that Mesos has and nobody handles
 * here is 501 and says so.
 */
export function answerOperatorCall<Desc extends DescMessage>(
  api: OperatorApi<Desc>,
  request: HttpRequest,
): HttpReply | Promise<HttpReply> {
  const refused = refuseMethod(request, ["POST"]);
  if (refused !== undefined) {
    return refused;
  }
  const read = readCall(request, api.schema);
  if (isReply(read)) {
    return read;
  }
  const error = validate(api, read.message);
  if (error !== undefined) {
    return plainReply(400, `Failed to validate ${api.name}: ${error}`);
  }
  const type = typeName(api.schema, read.message);
  if (type === "UNKNOWN") {
    return plainReply(501);
  }
  const handler = api.handlers.get(type);
  if (handler === undefined) {
    return notServed(type);
  }
  const mediaType = acceptedMediaType(request);
  if (mediaType === undefined) {
    return plainReply(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
  }
  return handler(read.message, { request, mediaType });
}

/** The answer to a call that Mesos has and Fairlead has not. */
export function notServed(type: string): WholeReply {
  return plainReply(501, `The call ${type} is known, but not served by Fairlead`);
}

/** Why a call is not well formed, in Mesos's words: a call needs the sub-message of its name, where there is one. */
function validate<Desc extends DescMessage>(api: OperatorApi<Desc>, call: MessageShape<Desc>): string | undefined {
  const missing = missingRequired(api.schema, call);
  if (missing.length > 0) {
    return `Not initialized: ${missing.join(", ")}`;
  }
  if (!isFieldSet(call, typeField(api.schema))) {
    return "Expecting 'type' to be present";
  }
  const type = typeName(api.schema, call);
  const details = api.schema.fields.find((field) => field.name === type.toLowerCase());
  if (details !== undefined && !api.optional.has(type) && !isFieldSet(call, details)) {
    return `Expecting '${details.name}' to be present`;
  }
  return undefined;
}

function typeName<Desc extends DescMessage>(schema: Desc, call: MessageShape<Desc>): string {
  const field = typeField(schema);
  // the field is an enum: its value is a number
  const number = (call as unknown as { type: number }).type;
  return field.enum.value[number]?.name ?? "UNKNOWN";
}

function typeField(schema: DescMessage): DescField & { fieldKind: "enum" } {
  const field = schema.field.type;
  assert(field?.fieldKind === "enum", `${schema.typeName} has no type`);
  return field;
}
