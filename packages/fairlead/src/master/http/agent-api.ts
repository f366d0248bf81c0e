import { fromBinary, internal, missingRequired, RecordDecoder, RecordError } from "@fairlead/mesos-api";
import type { HttpReply, HttpRequest } from "../../base/http/http.ts";
import { contentMediaType, PROTOBUF_TYPE } from "../../base/http/media-type.ts";
import { recordStreamReply } from "../../base/http/record-stream.ts";
import { plainReply, refuseMethod } from "../../base/http/replies.ts";
import { DECODED_BYTES, MAX_AGENT_CALLS_PER_REQUEST } from "./limits.ts";
import { PendingStream } from "./pending-stream.ts";
import type { ServedMaster } from "./served-master.ts";

const STREAM_ID_HEADER = "Fairlead-Stream-Id";
const RECORDIO = "application/recordio";

/**
 * Answers a request to `/api/internal/v1/agent`: REGISTER opens an agent's stream of events, everything else comes as records for a stream
 * that is open. The protocol is told at the head of `agent.proto`.
 */
export function answerAgent(master: ServedMaster, newStreamId: () => string, request: HttpRequest): HttpReply {
  const refused = refuseMethod(request, ["POST"]);
  if (refused !== undefined) {
    return refused;
  }
  const streamId = request.headers[STREAM_ID_HEADER.toLowerCase()];
  switch (contentMediaType(request.headers["content-type"] ?? "")) {
    case PROTOBUF_TYPE:
      return register(master, newStreamId, request);
    case RECORDIO:
      return streamId === undefined
        ? plainReply(400, `Expecting the '${STREAM_ID_HEADER}' header of the agent's registration`)
        : takeCalls(master, streamId, request.body);
    default:
      return plainReply(415, `Expecting 'Content-Type' of ${PROTOBUF_TYPE} or ${RECORDIO}`);
  }
}

function register(master: ServedMaster, newStreamId: () => string, request: HttpRequest): HttpReply {
  const call = decode(request.body);
  if (call?.type !== internal.AgentCall_Type.REGISTER || call.register === undefined) {
    return plainReply(400, "Expecting a REGISTER call");
  }
  const streamId = newStreamId();
  const events = new PendingStream<internal.AgentEvent>();
  const outcome = master.registerAgent(call.register, events, streamId, bearer(request));
  if (outcome.status !== 200) {
    return plainReply(outcome.status, outcome.message);
  }
  return recordStreamReply(
    PROTOBUF_TYPE,
    internal.AgentEventSchema,
    { [STREAM_ID_HEADER]: streamId },
    (stream, onEnd) => {
      onEnd(() => master.agentDisconnected(streamId));
      events.open(stream);
    },
  );
}

/** Decodes all calls before the first is carried out: a broken request changes nothing. */
function takeCalls(master: ServedMaster, streamId: string, body: Uint8Array): HttpReply {
  const calls = readCalls(body);
  if (typeof calls === "string") {
    return plainReply(400, calls);
  }
  for (const call of calls) {
    const outcome = master.agentCall(call, streamId);
    if (outcome.status !== 200 && outcome.status !== 202) {
      return plainReply(outcome.status, outcome.message);
    }
  }
  return plainReply(202);
}

/** The calls of a request, or why there are none. */
function readCalls(body: Uint8Array): internal.AgentCall[] | string {
  const decoder = new RecordDecoder({ maxRecordBytes: body.length });
  const records: Uint8Array[] = [];
  try {
    // not at once: a body may hold millions of records
    for (let begin = 0; begin < body.length; begin += DECODED_BYTES) {
      records.push(...decoder.decode(body.subarray(begin, begin + DECODED_BYTES)));
      if (records.length > MAX_AGENT_CALLS_PER_REQUEST) {
        return `More than ${MAX_AGENT_CALLS_PER_REQUEST} calls in one request`;
      }
    }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return error.message;
  }
  if (decoder.isPartial) {
    return "The last record is not complete";
  }
  const calls: internal.AgentCall[] = [];
  for (const record of records) {
    const call = decode(record);
    if (call === undefined || call.type === internal.AgentCall_Type.REGISTER) {
      return "Expecting calls of a registered agent";
    }
    calls.push(call);
  }
  return calls;
}

/** Undefined for bytes that are no call, or one that holds a message of Mesos without its required fields. */
function decode(bytes: Uint8Array): internal.AgentCall | undefined {
  let call: internal.AgentCall;
  try {
    call = fromBinary(internal.AgentCallSchema, bytes);
  } catch {
    return undefined;
  }
  return missingRequired(internal.AgentCallSchema, call).length === 0 ? call : undefined;
}

/** The shared secret that the agent presents; other schemes are not looked at. */
function bearer(request: HttpRequest): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
}
