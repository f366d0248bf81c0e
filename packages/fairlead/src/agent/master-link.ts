import type { internal } from "@fairlead/mesos-api";

/** A session with a master, from REGISTER until the stream breaks. */
export interface MasterSession {
  /** Sends in the order of the calls, one request at a time; what could not be delivered is lost with the session. Never throws. */
  send(call: internal.AgentCall): void;
  /** Resolves when everything sent so far has been taken by the master, or the session has ended. */
  flush(): Promise<void>;
  /** Ends the session from this side; idempotent. */
  close(): void;
}

/** How an agent reaches its master; scenarios put a direct call in the place of HTTP. */
export interface MasterLink {
  /**
   * Opens a session with REGISTER. Resolves when the master has accepted the connection; its REGISTERED comes as the first event.
   *
   * `onEvent` is called in order. `onClosed` is called once when the session ends other than by `close`. Errors: MASTER_UNREACHABLE (try
   * again later), AGENT_REFUSED (the master's text; a wrong secret, an unknown protocol version).
   */
  connect(
    register: internal.AgentCall_Register,
    handlers: { onEvent(event: internal.AgentEvent): void; onClosed(reason: string): void },
  ): Promise<MasterSession>;
}
