import { scheduler } from "@fairlead/mesos-api";
import type { HttpReply, HttpRequest } from "../../base/http/http.ts";
import { acceptedMediaType } from "../../base/http/media-type.ts";
import { readCall } from "../../base/http/read-call.ts";
import { recordStreamReply } from "../../base/http/record-stream.ts";
import { isReply, plainReply, refuseMethod } from "../../base/http/replies.ts";
import { validateSchedulerCall } from "../validation/scheduler-call.ts";
import { PendingStream } from "./pending-stream.ts";
import type { ServedMaster } from "./served-master.ts";

const STREAM_ID_HEADER = "Mesos-Stream-Id";

/**
 * Answers a request to `/api/v1/scheduler`: the checks of Mesos in Mesos's order.
 *
 * SUBSCRIBE is answered with a stream of events and its id; every other call with an empty 202, UPDATE_FRAMEWORK with 200.
 */
export function answerScheduler(master: ServedMaster, newStreamId: () => string, request: HttpRequest): HttpReply {
  const refused = refuseMethod(request, ["POST"]);
  if (refused !== undefined) {
    return refused;
  }
  const read = readCall(request, scheduler.CallSchema);
  if (isReply(read)) {
    return read;
  }
  const call = read.message;
  const streamId = request.headers[STREAM_ID_HEADER.toLowerCase()];
  if (call.type === scheduler.Call_Type.SUBSCRIBE) {
    return subscribe(master, newStreamId, request, call, streamId);
  }
  const outcome = master.schedulerCall(call, streamId, request.principal);
  return plainReply(outcome.status, outcome.message);
}

function subscribe(
  master: ServedMaster,
  newStreamId: () => string,
  request: HttpRequest,
  call: scheduler.Call,
  presented: string | undefined,
): HttpReply {
  const error = validateSchedulerCall(call, request.principal);
  if (error !== undefined) {
    return plainReply(400, `Failed to validate scheduler::Call: ${error}`);
  }
  const mediaType = acceptedMediaType(request);
  if (mediaType === undefined) {
    return plainReply(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
  }
  if (presented !== undefined) {
    return plainReply(400, `Subscribe calls should not include the '${STREAM_ID_HEADER}' header`);
  }
  const streamId = newStreamId();
  const events = new PendingStream<scheduler.Event>();
  const outcome = master.subscribeScheduler(call, events, streamId, request.principal);
  if (outcome.status !== 200) {
    return plainReply(outcome.status, outcome.message);
  }
  return recordStreamReply(mediaType, scheduler.EventSchema, { [STREAM_ID_HEADER]: streamId }, (stream, onEnd) => {
    onEnd(() => master.schedulerDisconnected(streamId));
    events.open(stream);
  });
}
