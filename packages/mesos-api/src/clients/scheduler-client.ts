import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { FrameworkID } from "../../gen/mesos/v1/base_pb.js";
import {
  type Call,
  Call_SubscribeSchema,
  Call_Type,
  CallSchema,
  type Event,
  Event_Type,
  EventSchema,
} from "../../gen/mesos/v1/scheduler/scheduler_pb.js";
import { copyMessage } from "../copy-message.ts";
import type { CallScope } from "./call-scope.ts";
import { ClientError } from "./client-error.ts";
import { type Answer, type CallOptions, type ClientOptions, Endpoint } from "./endpoint.ts";
import { EventStream } from "./event-stream.ts";
import { HEARTBEAT_INTERVAL_SECONDS, MISSED_HEARTBEATS } from "./limits.ts";
import { encodeMessage } from "./media-type.ts";

/**
 * A framework's side of the v1 scheduler API.
 *
 * One subscription at a time. Nothing is tried again: after an error of the stream, subscribe again with the framework's id.
 *
 * Source: https://mesos.apache.org/documentation/latest/scheduler-http-api/
 */
export class SchedulerClient {
  readonly #endpoint: Endpoint;
  #stream: EventStream<typeof EventSchema> | undefined;
  #streamId: string | undefined;
  #frameworkId: FrameworkID | undefined;

  /** `master` is `host:port` or a URL; of several masters any one. */
  constructor(master: string, options: ClientOptions = {}) {
    this.#endpoint = new Endpoint(master, "/api/v1/scheduler", options);
  }

  /** The id that the master gave; absent before the first subscription. */
  get frameworkId(): FrameworkID | undefined {
    return this.#frameworkId;
  }

  /**
   * Subscribes a framework; its events follow, beginning with SUBSCRIBED, heartbeats included.
   *
   * A subscription that this client had before is closed. Throws {@link ClientError}: CALL_REFUSED also where the master answers with an ERROR
   * event, such as for an id that was removed.
   */
  async subscribe(
    init: MessageInitShape<typeof Call_SubscribeSchema>,
    options: CallOptions = {},
  ): Promise<EventStream<typeof EventSchema>> {
    this.#stream?.close();
    const subscribe = create(Call_SubscribeSchema, init);
    const id = subscribe.frameworkInfo?.id;
    const call = create(CallSchema, { type: Call_Type.SUBSCRIBE, subscribe, ...(id && { frameworkId: id }) });
    const scope = this.#endpoint.begin(options.signal);
    try {
      const answer = await this.#endpoint.post(this.#encode(call), scope);
      const stream = await this.#openStream(answer, scope);
      const streamId = answer.headers["mesos-stream-id"];
      this.#streamId = typeof streamId === "string" ? streamId : undefined;
      this.#stream = stream;
      return stream;
    } catch (error) {
      scope.release();
      throw error;
    }
  }

  /**
   * Sends any other call; the framework's id and the stream's are filled in.
   *
   * Resolves once the master has taken it (202). What comes of it is told by events. Throws {@link ClientError}.
   */
  async call(init: MessageInitShape<typeof CallSchema>, options: CallOptions = {}): Promise<void> {
    const call = this.#withFrameworkId(create(CallSchema, init));
    const scope = this.#endpoint.begin(options.signal);
    try {
      const headers = this.#streamId === undefined ? undefined : { "mesos-stream-id": this.#streamId };
      const answer = await this.#endpoint.post(this.#encode(call), scope, headers);
      await this.#endpoint.readBody(answer, scope);
    } finally {
      scope.release();
    }
  }

  /** Ends the subscription without an error, and calls that are under way with CALL_ABORTED. The framework is not torn down. */
  async close(): Promise<void> {
    this.#stream?.close();
    await this.#endpoint.close();
  }

  #encode(call: Call): Uint8Array {
    return encodeMessage(this.#endpoint.mediaType, CallSchema, call);
  }

  #withFrameworkId(call: Call): Call {
    if (call.frameworkId !== undefined || this.#frameworkId === undefined) {
      return call;
    }
    const copy = copyMessage(call);
    copy.frameworkId = this.#frameworkId;
    return copy;
  }

  async #openStream(answer: Answer, scope: CallScope): Promise<EventStream<typeof EventSchema>> {
    const stream = new EventStream({ schema: EventSchema, mediaType: this.#endpoint.mediaType, answer, scope });
    const { value: first } = await stream.next();
    if (first?.type !== Event_Type.SUBSCRIBED || first.subscribed === undefined) {
      stream.close();
      throw noSubscription(answer, first);
    }
    this.#frameworkId = first.subscribed.frameworkId;
    const interval = first.subscribed.heartbeatIntervalSeconds || HEARTBEAT_INTERVAL_SECONDS;
    stream.maxSilenceMs = interval * MISSED_HEARTBEATS * 1000;
    stream.unread(first);
    scope.meetDeadline();
    return stream;
  }
}

function noSubscription({ url, status }: Answer, event: Event | undefined): ClientError {
  if (event?.type === Event_Type.ERROR) {
    return new ClientError("CALL_REFUSED", url, event.error?.message ?? "No reason given", { status });
  }
  return new ClientError("RESPONSE_INVALID", url, "The stream does not begin with SUBSCRIBED", { status });
}
