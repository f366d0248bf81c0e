import { create, fromBinary, internal, RecordDecoder, toBinary } from "@fairlead/mesos-api";
import { Agent as Dispatcher, request } from "undici";
import { type Clock, withDeadline } from "../../base/clock.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import { CALL_TIMEOUT_MS, CONNECT_TIMEOUT_MS, MAX_EVENT_BYTES } from "../limits.ts";
import type { MasterLink, MasterSession } from "../master-link.ts";
import { CallQueue } from "./call-queue.ts";

const PATH = "/api/internal/v1/agent";
const STREAM_ID_HEADER = "fairlead-stream-id";

/** How much of a refusal is read: it is one sentence. */
const MAX_REFUSAL_BYTES = 4096;

export interface HttpMasterLinkOptions {
  /** `host:port` of the master. */
  readonly master: string;
  /** Presented to the master; undefined: none. */
  readonly secret?: string;
  readonly clock: Clock;
}

type Handlers = Parameters<MasterLink["connect"]>[1];

/**
 * Sessions with a master over HTTP: one connection for the stream of events, one for the calls, as `agent.proto` tells.
 *
 * The stream has no timeout of its own: the master's pings show that it lives.
 */
export function httpMasterLink(options: HttpMasterLinkOptions): MasterLink {
  const url = `http://${options.master}${PATH}`;
  const authorization: Record<string, string> =
    options.secret === undefined ? {} : { authorization: `Bearer ${options.secret}` };
  return {
    async connect(register, handlers) {
      const session = new HttpSession(url, authorization, handlers, options.clock);
      try {
        await session.open(register);
        return session;
      } catch (error) {
        session.close();
        throw error;
      }
    },
  };
}

class HttpSession implements MasterSession {
  readonly #url: string;
  readonly #authorization: Readonly<Record<string, string>>;
  readonly #handlers: Handlers;
  readonly #clock: Clock;
  readonly #calls: CallQueue;
  readonly #aborted = new AbortController();
  readonly #dispatcher = new Dispatcher({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: 2,
    pipelining: 1,
    headersTimeout: CALL_TIMEOUT_MS,
    bodyTimeout: CALL_TIMEOUT_MS,
  });
  #streamId = "";
  #over = false;

  constructor(url: string, authorization: Readonly<Record<string, string>>, handlers: Handlers, clock: Clock) {
    this.#clock = clock;
    this.#url = url;
    this.#authorization = authorization;
    this.#handlers = handlers;
    this.#calls = new CallQueue(
      (records) => this.#post(records),
      (reason) => this.#lost(reason),
    );
  }

  async open(register: internal.AgentCall_Register): Promise<void> {
    const call = create(internal.AgentCallSchema, { type: internal.AgentCall_Type.REGISTER, register });
    const response = await this.#request("application/x-protobuf", toBinary(internal.AgentCallSchema, call), {
      bodyTimeout: 0,
    }).catch((error: unknown) => {
      throw new FairleadError("MASTER_UNREACHABLE", `the master does not answer: ${errorText(error)}`, {
        cause: error,
      });
    });
    if (response.statusCode !== 200) throw await refusal(response, this.#clock);
    this.#streamId = String(response.headers[STREAM_ID_HEADER] ?? "");
    void this.#read(response.body);
  }

  send(call: internal.AgentCall): void {
    this.#calls.send(call);
  }

  flush(): Promise<void> {
    return this.#calls.flush();
  }

  close(): void {
    this.#over = true;
    this.#calls.close();
    this.#aborted.abort();
    // the requests are aborted: what destroying the idle connections still reports concerns nobody
    void this.#dispatcher.destroy().catch(() => {});
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new RecordDecoder({ maxRecordBytes: MAX_EVENT_BYTES });
    try {
      for await (const chunk of body) {
        for (const record of decoder.decode(chunk)) {
          if (this.#over) return;
          this.#handlers.onEvent(fromBinary(internal.AgentEventSchema, record));
        }
      }
      this.#lost("the master ended the session");
    } catch (error) {
      this.#lost(errorText(error));
    }
  }

  async #post(records: Uint8Array): Promise<void> {
    const response = await this.#request("application/recordio", records, {});
    if (response.statusCode !== 202 && response.statusCode !== 200) throw await refusal(response, this.#clock);
    await response.body.dump();
  }

  #request(contentType: string, body: Uint8Array, timeouts: { bodyTimeout?: number }) {
    return request(this.#url, {
      method: "POST",
      dispatcher: this.#dispatcher,
      signal: this.#aborted.signal,
      headers: {
        ...this.#authorization,
        "content-type": contentType,
        accept: "application/x-protobuf",
        ...(this.#streamId === "" ? {} : { [STREAM_ID_HEADER]: this.#streamId }),
      },
      body,
      ...timeouts,
    });
  }

  #lost(reason: string): void {
    if (this.#over) return;
    this.close();
    this.#handlers.onClosed(reason);
  }
}

/** The master's words. It refuses this agent with 4xx; 503 means that it is not ready yet. */
async function refusal(response: Awaited<ReturnType<typeof request>>, clock: Clock): Promise<FairleadError> {
  const { statusCode } = response;
  const slow = () => new Error("it does not end");
  // the body of a stream's answer may last for ever, and whoever opens the session has given up by then
  const words = await withDeadline(clock, CALL_TIMEOUT_MS, readStart(response.body), slow).catch(errorText);
  const message = `the master answers ${statusCode}: ${words}`;
  const refused = statusCode >= 400 && statusCode < 500;
  return new FairleadError(refused ? "AGENT_REFUSED" : "MASTER_UNREACHABLE", message, { data: { statusCode } });
}

async function readStart(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // the status code is known, the words are a help only
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_REFUSAL_BYTES));
}
