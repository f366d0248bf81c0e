import { create, internal, type MasterInfo } from "@fairlead/mesos-api";
import { type Clock, type Timer, withDeadline } from "../../base/clock.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { PING_TIMEOUT_MS, REGISTERED_TIMEOUT_MS, STOP_FLUSH_MS } from "../limits.ts";
import type { MasterLink, MasterSession } from "../master-link.ts";
import { registrationPauseMs } from "./back-off.ts";

const { AgentEvent_Type } = internal;

export interface RegistrationOptions {
  readonly link: MasterLink;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly backoffFactorMs: number;
  readonly log: Logger;
  /** Everything that the agent has to tell, as it is now. */
  readonly register: () => internal.AgentCall_Register;
  /** Takes the id. Rejects if it could not be stored: then all begins again. */
  readonly onRegistered: (registered: internal.AgentEvent_Registered) => Promise<void>;
  /** From now on `send` reaches the master. */
  readonly onReady: () => void;
  /** What an event has to wait for, and all that come after it. Never rejects. */
  readonly waitFor: (event: internal.AgentEvent) => Promise<void> | undefined;
  /** Every other event but PING, in order, after `onReady`; SHUTDOWN also without: a master need not register an agent to send it away. */
  readonly onEvent: (event: internal.AgentEvent) => void;
  /** The session is over, another one will be opened. */
  readonly onDisconnected: () => void;
  /** The master does not want this agent: no more attempts. */
  readonly onRefused: (error: FairleadError) => void;
}

/** One session and what belongs to it; everything of an older one is ignored. */
interface Attempt {
  session: MasterSession | undefined;
  registered: boolean;
  over: boolean;
  deadline: Timer | undefined;
  /** Events are taken one after the other: REGISTERED has to reach the disk first. */
  events: Promise<void>;
}

/** Keeps the agent registered: opens sessions with the master, one after the other, until it is stopped. */
export class Registration {
  readonly #options: RegistrationOptions;
  #current: Attempt | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #stopped = false;
  #masterInfo: MasterInfo | undefined;
  #pingTimeoutMs = PING_TIMEOUT_MS;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  get registered(): boolean {
    return this.#current?.registered ?? false;
  }

  /** That of the last master that took the agent. */
  get masterInfo(): MasterInfo | undefined {
    return this.#masterInfo;
  }

  start(): void {
    this.#tryLater();
  }

  /** Sends `call` if there is a master; what is lost is told anew at the next registration. */
  send(call: internal.AgentCall): void {
    if (this.registered) this.#current?.session?.send(call);
  }

  /** Opens no further session. */
  cease(): void {
    this.#stopped = true;
    this.#retry?.cancel();
  }

  /** Ends the session after what was sent, within a bound. */
  async stop(): Promise<void> {
    this.cease();
    const attempt = this.#current;
    if (attempt === undefined) return;
    const flushed = attempt.session?.flush() ?? Promise.resolve();
    const slow = new FairleadError("MASTER_UNREACHABLE", "the master does not take the last calls");
    await withDeadline(this.#options.clock, STOP_FLUSH_MS, flushed, () => slow).catch(() => {});
    this.#end(attempt);
  }

  #tryLater(): void {
    if (this.#stopped) return;
    const pauseMs = registrationPauseMs(this.#options.backoffFactorMs, this.#failures, this.#options.random());
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(pauseMs, () => void this.#connect());
  }

  async #connect(): Promise<void> {
    const { clock, link } = this.#options;
    // the first event may be here before the session is
    const opened = Promise.withResolvers<void>();
    const attempt: Attempt = {
      session: undefined,
      registered: false,
      over: false,
      deadline: undefined,
      events: opened.promise,
    };
    this.#current = attempt;
    attempt.deadline = clock.after(REGISTERED_TIMEOUT_MS, () =>
      this.#lost(attempt, "the master does not register the agent"),
    );
    try {
      const session = await link.connect(this.#options.register(), {
        onEvent: (event) => this.#take(attempt, event),
        onClosed: (reason) => this.#inTurn(attempt, () => this.#lost(attempt, reason)),
      });
      attempt.session = session;
      if (attempt.over) session.close();
      opened.resolve();
    } catch (error) {
      this.#failed(attempt, error);
    }
  }

  /** Also the end of a session waits for what came before it: it may be the reason. */
  #inTurn(attempt: Attempt, act: () => void | Promise<void>): void {
    attempt.events = attempt.events.then(() => (attempt.over ? undefined : act()));
  }

  #take(attempt: Attempt, event: internal.AgentEvent): void {
    this.#inTurn(attempt, async () => {
      if (event.type === AgentEvent_Type.REGISTERED && event.registered !== undefined) {
        await this.#registered(attempt, event.registered);
      } else if (event.type === AgentEvent_Type.PING) {
        this.#expectPing(attempt);
        attempt.session?.send(pong());
      } else if (attempt.registered || event.type === AgentEvent_Type.SHUTDOWN) {
        const before = this.#options.waitFor(event);
        if (before !== undefined) await before;
        if (!attempt.over) this.#options.onEvent(event);
      }
    });
  }

  async #registered(attempt: Attempt, registered: internal.AgentEvent_Registered): Promise<void> {
    try {
      await this.#options.onRegistered(registered);
    } catch (error) {
      this.#failed(attempt, error);
      return;
    }
    if (attempt.over) return;
    this.#failures = 0;
    this.#masterInfo = registered.masterInfo;
    attempt.registered = true;
    this.#pingTimeoutMs = registered.totalPingTimeoutSeconds * 1000 || PING_TIMEOUT_MS;
    this.#expectPing(attempt);
    this.#options.onReady();
  }

  #expectPing(attempt: Attempt): void {
    attempt.deadline?.cancel();
    attempt.deadline = this.#options.clock.after(this.#pingTimeoutMs, () =>
      this.#lost(attempt, "no ping from the master within its timeout"),
    );
  }

  #lost(attempt: Attempt, reason: string): void {
    if (attempt.over) return;
    this.#options.log.warn({ reason }, "there is no session with a master; the agent registers again");
    if (!attempt.registered) this.#failures++;
    this.#end(attempt);
    this.#tryLater();
  }

  #failed(attempt: Attempt, error: unknown): void {
    if (!FairleadError.is(error)) this.#options.log.error({ err: error }, "registering failed unexpectedly");
    if (!FairleadError.is(error, "AGENT_REFUSED")) {
      this.#lost(attempt, errorText(error));
    } else if (!attempt.over) {
      this.#end(attempt);
      this.#stopped = true;
      this.#options.onRefused(error);
    }
  }

  #end(attempt: Attempt): void {
    if (attempt.over) return;
    const wasRegistered = attempt.registered;
    attempt.over = true;
    attempt.registered = false;
    attempt.deadline?.cancel();
    attempt.session?.close();
    if (this.#current === attempt) this.#current = undefined;
    if (wasRegistered) this.#options.onDisconnected();
  }
}

function pong(): internal.AgentCall {
  return create(internal.AgentCallSchema, { type: internal.AgentCall_Type.PONG });
}
