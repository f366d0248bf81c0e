import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { encodeMessage, encodeRecord, type MediaType } from "@fairlead/mesos-api";
import type { EventStream } from "../event-stream.ts";
import type { StreamReply } from "./http.ts";

/**
 * A streamed answer of RecordIO records, each one message, sent at once. Its Content-Type is that of the records, as in Mesos.
 *
 * `open` is called once, when the header is sent. `onEnd` takes what has to run once when the stream has ended, whoever ended it; also when
 * the peer had left before `open`.
 */
export function recordStreamReply<Desc extends DescMessage>(
  mediaType: MediaType,
  schema: Desc,
  headers: Readonly<Record<string, string>>,
  open: (events: EventStream<MessageShape<Desc>>, onEnd: (callback: () => void) => void) => void,
): StreamReply {
  return {
    status: 200,
    headers,
    contentType: mediaType,
    open(stream) {
      const events: EventStream<MessageShape<Desc>> = {
        get ended() {
          return stream.ended;
        },
        send(event) {
          // what nobody gets need not be written down
          if (!stream.ended) stream.write(encodeRecord(encodeMessage(mediaType, schema, event)));
        },
        end: () => stream.end(),
      };
      open(events, (callback) => stream.onEnd(callback));
    },
  };
}
