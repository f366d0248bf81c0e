import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import {
  CallSchema as AgentCallSchema,
  ResponseSchema as AgentResponseSchema,
} from "../../gen/mesos/v1/agent/agent_pb.js";
import {
  CallSchema as MasterCallSchema,
  ResponseSchema as MasterResponseSchema,
} from "../../gen/mesos/v1/master/master_pb.js";
import { ClientError } from "./client-error.ts";
import { type CallOptions, type ClientOptions, Endpoint } from "./endpoint.ts";
import { decodeMessage, encodeMessage } from "./media-type.ts";

export type MasterClient = OperatorClient<typeof MasterCallSchema, typeof MasterResponseSchema>;
export type AgentClient = OperatorClient<typeof AgentCallSchema, typeof AgentResponseSchema>;

/** A client of a master's v1 operator API; `master` is `host:port` or a URL, of several masters any one. */
export function masterClient(master: string, options: ClientOptions = {}): MasterClient {
  return new OperatorClient(master, MasterCallSchema, MasterResponseSchema, options);
}

/** A client of an agent's v1 operator API; `agent` is `host:port` or a URL. */
export function agentClient(agent: string, options: ClientOptions = {}): AgentClient {
  return new OperatorClient(agent, AgentCallSchema, AgentResponseSchema, options);
}

/**
 * The v1 operator API of a master or an agent: calls with one answer.
 *
 * Source: https://mesos.apache.org/documentation/latest/operator-http-api/
 */
export class OperatorClient<CallDesc extends DescMessage, ResponseDesc extends DescMessage> {
  readonly #endpoint: Endpoint;
  readonly #callSchema: CallDesc;
  readonly #responseSchema: ResponseDesc;

  constructor(server: string, callSchema: CallDesc, responseSchema: ResponseDesc, options: ClientOptions = {}) {
    this.#endpoint = new Endpoint(server, "/api/v1", options);
    this.#callSchema = callSchema;
    this.#responseSchema = responseSchema;
  }

  /** Calls; undefined where the server has done it and has nothing to say. Throws {@link ClientError}. */
  async call(
    init: MessageInitShape<CallDesc>,
    options: CallOptions = {},
  ): Promise<MessageShape<ResponseDesc> | undefined> {
    const { mediaType } = this.#endpoint;
    const body = encodeMessage(mediaType, this.#callSchema, create(this.#callSchema, init));
    const scope = this.#endpoint.begin(options.signal);
    try {
      const answer = await this.#endpoint.post(body, scope);
      const bytes = await this.#endpoint.readBody(answer, scope);
      if (bytes.length === 0) {
        return undefined;
      }
      return decode(() => decodeMessage(mediaType, this.#responseSchema, bytes), answer.url);
    } finally {
      scope.release();
    }
  }

  /** Ends calls that are under way with CALL_ABORTED. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }
}

function decode<T>(run: () => T, url: URL): T {
  try {
    return run();
  } catch (cause) {
    throw new ClientError("RESPONSE_INVALID", url, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
