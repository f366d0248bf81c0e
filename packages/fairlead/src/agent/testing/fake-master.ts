import {
  create,
  type FrameworkInfo,
  internal,
  type KillPolicy,
  type MessageInitShape,
  type TaskInfo,
  TaskState,
  type TaskStatus,
} from "@fairlead/mesos-api";
import { FairleadError } from "../../base/errors.ts";
import type { MasterLink } from "../master-link.ts";
import { type Doom, never } from "./doom.ts";

type Handlers = Parameters<MasterLink["connect"]>[1];

/** A master and the schedulers behind it, as far as an agent notices: it registers agents, and acknowledges each update once it has it. */
export class FakeMaster {
  /** All calls that came, REGISTER too. */
  readonly calls: internal.AgentCall[] = [];
  readonly registrations: internal.AgentCall_Register[] = [];
  /** Every update that came, repetitions too. */
  readonly updates: TaskStatus[] = [];
  readonly latestStates: TaskState[] = [];
  acknowledging = true;
  reachable = true;
  refusal: string | undefined;
  registersAgents = true;
  /** Sent instead of REGISTERED, before the session ends. */
  farewell: string | undefined;
  agentId = "M-S0";
  pingTimeoutSeconds = 75;
  #handlers: Handlers | undefined;

  get connected(): boolean {
    return this.#handlers !== undefined;
  }

  /** The states that were told, without repetitions of the same update. */
  get states(): string[] {
    const seen = new Set<string>();
    return this.updates
      .filter(({ uuid }) => {
        const id = Buffer.from(uuid).toString("hex");
        return seen.has(id) ? false : seen.add(id);
      })
      .map(({ state }) => TaskState[state].replace("TASK_", ""));
  }

  get last(): TaskStatus {
    const last = this.updates.at(-1);
    if (last === undefined) throw new Error("no update has come");
    return last;
  }

  link(doom: Doom): MasterLink {
    return {
      connect: async (register, handlers) => {
        if (doom.dead) return never();
        if (!this.reachable) throw new FairleadError("MASTER_UNREACHABLE", "nobody is there");
        if (this.refusal !== undefined) throw new FairleadError("AGENT_REFUSED", this.refusal);
        this.registrations.push(register);
        this.#handlers = handlers;
        if (this.farewell !== undefined) queueMicrotask(() => this.#sendAway(this.farewell ?? ""));
        else if (this.registersAgents) this.#register();
        const over = () => this.#handlers !== handlers || doom.dead;
        return {
          send: (call) => {
            if (!over()) this.#take(call);
          },
          flush: async () => {},
          close: () => {
            if (this.#handlers === handlers) this.#handlers = undefined;
          },
        };
      },
    };
  }

  send(event: MessageInitShape<typeof internal.AgentEventSchema>): void {
    this.#handlers?.onEvent(create(internal.AgentEventSchema, event));
  }

  run(frameworkInfo: FrameworkInfo, task: TaskInfo): void {
    this.send({ type: internal.AgentEvent_Type.RUN_TASK, runTask: { frameworkInfo, task } });
  }

  kill(frameworkId: string, taskId: string, killPolicy?: KillPolicy): void {
    this.send({
      type: internal.AgentEvent_Type.KILL_TASK,
      killTask: { frameworkId: { value: frameworkId }, taskId: { value: taskId }, killPolicy },
    });
  }

  shutdownFramework(frameworkId: string): void {
    this.send({
      type: internal.AgentEvent_Type.SHUTDOWN_FRAMEWORK,
      shutdownFramework: { frameworkId: { value: frameworkId } },
    });
  }

  acknowledge(frameworkId: string, status: TaskStatus): void {
    this.send({
      type: internal.AgentEvent_Type.ACKNOWLEDGE,
      acknowledge: { frameworkId: { value: frameworkId }, taskId: status.taskId, uuid: status.uuid },
    });
  }

  ping(): void {
    this.send({ type: internal.AgentEvent_Type.PING });
  }

  /** The connection breaks. */
  disconnect(): void {
    const handlers = this.#handlers;
    this.#handlers = undefined;
    handlers?.onClosed("the connection broke");
  }

  #sendAway(message: string): void {
    this.send({ type: internal.AgentEvent_Type.SHUTDOWN, shutdown: { message } });
    this.disconnect();
  }

  #register(): void {
    this.send({
      type: internal.AgentEvent_Type.REGISTERED,
      registered: {
        agentId: { value: this.agentId },
        totalPingTimeoutSeconds: this.pingTimeoutSeconds,
        masterInfo: { id: "M", hostname: "master.example" },
      },
    });
  }

  #take(call: internal.AgentCall): void {
    this.calls.push(call);
    const { update } = call;
    if (update?.status === undefined) return;
    this.updates.push(update.status);
    this.latestStates.push(update.latestState);
    if (this.acknowledging) this.acknowledge(update.frameworkId?.value ?? "", update.status);
  }
}
