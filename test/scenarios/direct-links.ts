import { fromBinary, internal, toBinary } from "@fairlead/mesos-api";
import type { MasterLink } from "fairlead/agent/master-link.ts";
import { type Doom, never } from "fairlead/agent/testing/doom.ts";
import { FairleadError } from "fairlead/base/errors.ts";
import type { Master } from "fairlead/master/master.ts";

const { AgentCallSchema, AgentCall_RegisterSchema, AgentEventSchema } = internal;

/**
 * The connections between agents and masters in one process. Every message goes through its binary form, as on the wire; `master` is asked at
 * each session, so that masters may come and go.
 */
export class DirectLinks {
  readonly #master: () => Master;
  readonly #open = new Set<() => void>();
  #streams = 0;

  constructor(master: () => Master) {
    this.#master = master;
  }

  /** All connections break, and both sides notice. */
  break(): void {
    for (const end of [...this.#open]) end();
  }

  link(doom: Doom): MasterLink {
    return { connect: (register, handlers) => (doom.dead ? never() : this.#connect(register, handlers, doom)) };
  }

  async #connect(
    register: Parameters<MasterLink["connect"]>[0],
    handlers: Parameters<MasterLink["connect"]>[1],
    doom: Doom,
  ): ReturnType<MasterLink["connect"]> {
    const master = this.#master();
    const streamId = `agent-${this.#streams++}`;
    const leave = (): boolean => this.#open.delete(end);
    const end = (reason = "the connection broke"): void => {
      if (!leave()) return;
      master.agentDisconnected(streamId);
      handlers.onClosed(reason);
    };
    this.#open.add(end);
    const outcome = master.registerAgent(
      fromBinary(AgentCall_RegisterSchema, toBinary(AgentCall_RegisterSchema, register)),
      {
        ended: false,
        send: (event) => {
          if (!this.#open.has(end) || doom.dead) return;
          handlers.onEvent(fromBinary(AgentEventSchema, toBinary(AgentEventSchema, event)));
        },
        end: () => end("the master ended the session"),
      },
      streamId,
      undefined,
    );
    if (outcome.status !== 200) {
      leave();
      throw new FairleadError(outcome.status < 500 ? "AGENT_REFUSED" : "MASTER_UNREACHABLE", outcome.message ?? "");
    }
    return {
      send: (call) => {
        if (!this.#open.has(end) || doom.dead) return;
        const taken = master.agentCall(fromBinary(AgentCallSchema, toBinary(AgentCallSchema, call)), streamId);
        if (taken.status > 202) end(taken.message);
      },
      flush: async () => {},
      close: () => {
        if (leave()) master.agentDisconnected(streamId);
      },
    };
  }
}
