import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { MesosApiError } from "../errors.ts";
import { missingRequired } from "../json/missing-required.ts";
import { readJson } from "../json/read.ts";
import { writeJson } from "../json/write.ts";

/** The two encodings of every call, answer and event. */
export type MediaType = "application/json" | "application/x-protobuf";

/** A message in one of the two encodings. JSON stands on a single line. */
export function encodeMessage<Desc extends DescMessage>(
  mediaType: MediaType,
  schema: Desc,
  message: MessageShape<Desc>,
): Uint8Array {
  return mediaType === "application/json" ? Buffer.from(writeJson(schema, message)) : toBinary(schema, message);
}

/** Throws JSON_INVALID or MESSAGE_INVALID. */
export function decodeMessage<Desc extends DescMessage>(
  mediaType: MediaType,
  schema: Desc,
  bytes: Uint8Array,
): MessageShape<Desc> {
  if (mediaType === "application/json") {
    return readJson(schema, new TextDecoder().decode(bytes));
  }
  let message: MessageShape<Desc>;
  try {
    message = fromBinary(schema, bytes);
  } catch (cause) {
    throw new MesosApiError("MESSAGE_INVALID", `No ${schema.typeName}`, { cause });
  }
  const missing = missingRequired(schema, message);
  if (missing.length > 0) {
    throw new MesosApiError("MESSAGE_INVALID", `Missing required fields: ${missing.join(", ")}`);
  }
  return message;
}
