import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { readJson, writeJson } from "@fairlead/mesos-api";

/** The two encodings of the v1 APIs. A client speaks one of them, in both directions. */
export type Encoding = "json" | "protobuf";

export const ENCODINGS: readonly Encoding[] = ["json", "protobuf"];

export const MEDIA_TYPES = { json: "application/json", protobuf: "application/x-protobuf" } as const;

/** A message as a client would write it down, in v1 JSON, in the bytes of an encoding. */
export function encode(encoding: Encoding, schema: DescMessage, message: object): Buffer {
  const text = JSON.stringify(message);
  return Buffer.from(encoding === "json" ? text : toBinary(schema, readJson(schema, text)));
}

/** What a message says, as plain v1 JSON whichever encoding it came in. */
export function decode<T>(encoding: Encoding, schema: DescMessage, bytes: Uint8Array): T {
  const text =
    encoding === "json"
      ? new TextDecoder("utf-8", { fatal: true }).decode(bytes)
      : writeJson(schema, fromBinary(schema, bytes));
  return JSON.parse(text) as T;
}
