import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import {
  fromBinary,
  holdsMoreMessages,
  JsonDecodeError,
  type MediaType,
  missingRequired,
  parseJsonText,
  readJson,
} from "@fairlead/mesos-api";
import { errorText } from "../errors.ts";
import type { HttpRequest, WholeReply } from "./http.ts";
import { MAX_CALL_DEPTH, MAX_CALL_MESSAGES } from "./limits.ts";
import { contentMediaType, JSON_TYPE, PROTOBUF_TYPE } from "./media-type.ts";
import { plainReply } from "./replies.ts";

/** A decoded call, and the encoding in which it came. */
export interface ReadCall<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  readonly mediaType: MediaType;
}

/**
 * Decodes the body of a v1 call by its Content-Type, or returns the 400 or 415 that Mesos answers, in its words (`isReply` tells them apart).
 *
 * The message has all its required fields; whether it makes sense is for the handler to say. More lenient than Mesos: parameters of the
 * Content-Type are ignored. Source: the v1 handlers of apache/mesos (`Master::Http::scheduler`).
 */
export function readCall<Desc extends DescMessage>(
  request: Pick<HttpRequest, "headers" | "body">,
  schema: Desc,
): ReadCall<Desc> | WholeReply {
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return plainReply(400, "Expecting 'Content-Type' to be present");
  switch (contentMediaType(contentType)) {
    case JSON_TYPE:
      return readJsonCall(request.body, schema);
    case PROTOBUF_TYPE:
      return readProtobufCall(request.body, schema);
    default:
      return plainReply(415, `Expecting 'Content-Type' of ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
  }
}

function readJsonCall<Desc extends DescMessage>(body: Uint8Array, schema: Desc): ReadCall<Desc> | WholeReply {
  let json: unknown;
  try {
    json = parseJsonText(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    return plainReply(400, `Failed to parse body into JSON: ${errorText(error)}`);
  }
  try {
    return { message: readJson(schema, json), mediaType: JSON_TYPE };
  } catch (error) {
    if (!(error instanceof JsonDecodeError)) throw error;
    return plainReply(400, `Failed to convert JSON into ${schema.name} protobuf: ${error.message}`);
  }
}

function readProtobufCall<Desc extends DescMessage>(body: Uint8Array, schema: Desc): ReadCall<Desc> | WholeReply {
  if (holdsMoreMessages(schema, body, { max: MAX_CALL_MESSAGES, maxDepth: MAX_CALL_DEPTH })) {
    return plainReply(
      400,
      `Failed to parse body into ${schema.name} protobuf: more than ${MAX_CALL_MESSAGES} messages`,
    );
  }
  let message: MessageShape<Desc> | undefined;
  try {
    // as in JSON, what nobody knows is left out: millions of unknown fields fit into a body, each an object
    message = fromBinary(schema, body, { readUnknownFields: false });
  } catch {
    // libprotobuf does not say what is wrong, and so Mesos does not either
  }
  if (message === undefined || missingRequired(schema, message).length > 0) {
    return plainReply(400, `Failed to parse body into ${schema.name} protobuf`);
  }
  return { message, mediaType: PROTOBUF_TYPE };
}
