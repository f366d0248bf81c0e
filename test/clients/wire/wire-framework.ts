import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { scheduler } from "@fairlead/mesos-api";
import { type Answer, ask, headersOf, MASTER_PORT, send } from "./ask.ts";
import { decode, type Encoding, encode, MEDIA_TYPES } from "./encoding.ts";
import type { Event, Offer, TaskStatus } from "./messages.ts";
import { RecordCutter } from "./records.ts";
import { launchOperation } from "./tasks.ts";

const PATH = "/api/v1/scheduler";

/** Everything that most frameworks of today announce. */
export const CAPABILITIES = [
  { type: "MULTI_ROLE" },
  { type: "RESERVATION_REFINEMENT" },
  { type: "PARTITION_AWARE" },
] as const;

export interface WireFrameworkOptions {
  /** Default JSON. */
  readonly encoding?: Encoding;
  /** Laid over the `framework_info` of SUBSCRIBE. */
  readonly info?: object;
  /** Laid over SUBSCRIBE itself. */
  readonly subscribe?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether updates are acknowledged as they come; default true. */
  readonly acknowledge?: boolean;
}

/** A framework that speaks raw HTTP, and keeps every record as it came. */
export class WireFramework {
  readonly encoding: Encoding;
  readonly #options: WireFrameworkOptions;
  readonly #response: IncomingMessage;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly records: Buffer[] = [];
  readonly events: Event[] = [];
  readonly updates: TaskStatus[] = [];
  readonly offers: Offer[] = [];
  readonly #waiting = new Set<() => void>();
  /** Whether the stream has ended, and with what error. */
  ended: { readonly error?: unknown } | undefined;

  private constructor(response: IncomingMessage, options: WireFrameworkOptions) {
    this.#response = response;
    this.#options = options;
    this.encoding = options.encoding ?? "json";
    this.headers = headersOf(response);
    void this.#read();
  }

  /** Subscribes and waits for SUBSCRIBED, or for the ERROR that came in its place. */
  static async subscribe(options: WireFrameworkOptions = {}): Promise<WireFramework> {
    const { encoding = "json", info, subscribe, headers } = options;
    const frameworkInfo = { user: "root", name: "wire", roles: ["*"], capabilities: CAPABILITIES, ...info };
    const id = "id" in frameworkInfo ? { framework_id: frameworkInfo.id } : {};
    const call = { type: "SUBSCRIBE", ...id, subscribe: { framework_info: frameworkInfo, ...subscribe } };
    const response = await send({
      path: PATH,
      headers: { "Content-Type": MEDIA_TYPES[encoding], Accept: MEDIA_TYPES[encoding], ...headers },
      body: encode(encoding, scheduler.CallSchema, call),
    });
    assert.equal(response.statusCode, 200);
    const framework = new WireFramework(response, options);
    await framework.until("the first event", () => framework.events.length > 0);
    return framework;
  }

  get id(): string {
    return this.events[0]!.subscribed!.framework_id.value;
  }

  get streamId(): string {
    return this.headers["mesos-stream-id"]!;
  }

  /** Sends a call, whatever the answer is. */
  async ask(call: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await ask({
      port: MASTER_PORT,
      path: PATH,
      headers: {
        "Content-Type": MEDIA_TYPES[this.encoding],
        Accept: MEDIA_TYPES[this.encoding],
        "Mesos-Stream-Id": this.streamId,
        ...headers,
      },
      body: encode(this.encoding, scheduler.CallSchema, { framework_id: { value: this.id }, ...call }),
    });
  }

  /** Sends a call that has to be taken: 202 and nothing else, because that is all that some clients accept. */
  async call(call: object): Promise<void> {
    const answer = await this.ask(call);
    assert.deepEqual([answer.status, answer.text], [202, ""], JSON.stringify(call));
    assert.equal(answer.headers["content-type"], undefined);
  }

  /** Without `filters`, what is left of the offers comes back at once; null sends none. */
  async accept(
    offers: readonly Offer[],
    operations: readonly object[],
    filters: object | null = { refuse_seconds: 0 },
  ): Promise<void> {
    for (const offer of offers) this.#forget(offer.id.value);
    await this.call({
      type: "ACCEPT",
      accept: { offer_ids: offers.map(({ id }) => id), operations, ...(filters === null ? {} : { filters }) },
    });
  }

  async decline(offer: Offer, filters?: object): Promise<void> {
    this.#forget(offer.id.value);
    await this.call({
      type: "DECLINE",
      decline: { offer_ids: [offer.id], ...(filters === undefined ? {} : { filters }) },
    });
  }

  /** Launches tasks on the next offer; what they leave of it comes back at once. */
  async launch(...tasks: ((offer: Offer) => object)[]): Promise<Offer> {
    const offer = await this.offer();
    await this.accept([offer], [launchOperation(...tasks.map((task) => task(offer)))]);
    return offer;
  }

  async acknowledge({ task_id, agent_id, uuid }: TaskStatus): Promise<void> {
    await this.call({ type: "ACKNOWLEDGE", acknowledge: { task_id, agent_id, uuid } });
  }

  async kill(taskId: string, more: object = {}): Promise<void> {
    await this.call({ type: "KILL", kill: { task_id: { value: taskId }, ...more } });
  }

  /** The offer of which nothing was made yet, as soon as there is one. */
  async offer(): Promise<Offer> {
    return await this.until("an offer", () => this.offers[0]);
  }

  /** The first update of a task, in a state if one is given; one of another state that ends the task is a failure. */
  async update(taskId: string, state?: string): Promise<TaskStatus> {
    const of = () => this.updates.filter(({ task_id }) => task_id.value === taskId);
    return await this.until(`an update of ${taskId} ${state ?? ""}`, () => {
      const found = of().find((status) => state === undefined || status.state === state);
      const ended = of().find((status) => ENDED.has(status.state));
      if (found === undefined && ended !== undefined) {
        throw new Error(`${taskId} is ${ended.state}, not ${state}: ${ended.reason} ${ended.message}`);
      }
      return found;
    });
  }

  /** Resolves with the first value of `look`, which is tried after every event; rejects when the stream ends before. */
  async until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (this.ended !== undefined) {
        const events = this.events.map((event) => JSON.stringify(event)).join("\n");
        throw new Error(`the stream ended before ${what}; its events:\n${events}`, { cause: this.ended.error });
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits until the master has ended the stream, as it should. */
  async untilEnded(): Promise<void> {
    await this.until("the end", () => this.ended !== undefined);
    assert.equal(this.ended?.error, undefined);
  }

  /** Ends the connection: the framework is away. */
  disconnect(): void {
    this.#response.destroy();
  }

  async teardown(): Promise<void> {
    await this.call({ type: "TEARDOWN" });
    await this.untilEnded();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended === undefined) await this.teardown();
  }

  async #read(): Promise<void> {
    const cutter = new RecordCutter();
    try {
      for await (const chunk of this.#response) {
        for (const record of cutter.push(chunk)) this.#onRecord(record);
      }
      assert.ok(cutter.empty, "the stream ended within a record");
      this.ended = {};
    } catch (error) {
      this.ended = { error };
    }
    this.#wake();
  }

  #onRecord(record: Buffer): void {
    const event = decode<Event>(this.encoding, scheduler.EventSchema, record);
    this.records.push(record);
    this.events.push(event);
    this.offers.push(...(event.offers?.offers ?? []));
    if (event.rescind !== undefined) this.#forget(event.rescind.offer_id.value);
    const status = event.update?.status;
    if (status !== undefined) {
      this.updates.push(status);
      if (this.#options.acknowledge !== false && status.uuid !== undefined) {
        // a framework that is torn down or taken over meanwhile is answered with a refusal
        void this.ask({
          type: "ACKNOWLEDGE",
          acknowledge: { task_id: status.task_id, agent_id: status.agent_id, uuid: status.uuid },
        }).catch(() => {});
      }
    }
    this.#wake();
  }

  #forget(offerId: string): void {
    const index = this.offers.findIndex(({ id }) => id.value === offerId);
    if (index >= 0) this.offers.splice(index, 1);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

const ENDED = new Set(
  ["FINISHED", "FAILED", "KILLED", "ERROR", "LOST", "DROPPED", "GONE", "GONE_BY_OPERATOR"].map(
    (state) => `TASK_${state}`,
  ),
);
