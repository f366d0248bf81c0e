import {
  FrameworkInfo_Capability_Type as Capability,
  create,
  type FrameworkInfo,
  FrameworkInfoSchema,
  type MessageInitShape,
  type Offer,
  Offer_Operation_Type,
  type Offer_OperationSchema,
  scheduler,
  type TaskInfoSchema,
  type TaskStatus,
} from "@fairlead/mesos-api";
import type { Master } from "../master.ts";
import type { CallOutcome } from "../master-calls.ts";
import { RecordingStream } from "./recording-stream.ts";

const { CallSchema, Call_Type, Event_Type } = scheduler;

type CallInit = MessageInitShape<typeof CallSchema>;
export type FrameworkInit = Exclude<MessageInitShape<typeof FrameworkInfoSchema>, FrameworkInfo>;

export const MODERN: FrameworkInit = {
  user: "nobody",
  name: "test",
  capabilities: [
    { type: Capability.MULTI_ROLE },
    { type: Capability.RESERVATION_REFINEMENT },
    { type: Capability.PARTITION_AWARE },
  ],
  roles: ["web"],
};

let streams = 0;

/** A scheduler that holds a stream in memory. */
export class TestScheduler {
  master: Master;
  info: Partial<FrameworkInit>;
  stream = new RecordingStream<scheduler.Event>();
  streamId = "";
  frameworkId = "";

  constructor(master: Master, info: Partial<FrameworkInit> = MODERN) {
    this.master = master;
    this.info = info;
  }

  /** Subscribes; again under its id, if it has one. */
  subscribe(
    options: Omit<NonNullable<CallInit["subscribe"]>, "frameworkInfo"> = {},
    master = this.master,
  ): CallOutcome {
    const id = this.frameworkId === "" ? undefined : { value: this.frameworkId };
    this.stream = new RecordingStream();
    this.streamId = `scheduler-${streams++}`;
    const frameworkInfo = create(FrameworkInfoSchema, { ...this.info, ...(id && { id }) } as FrameworkInit);
    const outcome = master.subscribeScheduler(
      create(CallSchema, {
        type: Call_Type.SUBSCRIBE,
        ...(id && { frameworkId: id }),
        subscribe: { ...options, frameworkInfo },
      } as CallInit),
      this.stream,
      this.streamId,
      undefined,
    );
    const subscribed = this.events(Event_Type.SUBSCRIBED).at(-1)?.subscribed;
    if (subscribed !== undefined) this.frameworkId = subscribed.frameworkId?.value ?? "";
    return outcome;
  }

  /** Makes a call as this framework, on its stream; null: without a stream's id. */
  call(init: CallInit, streamId: string | null = this.streamId): CallOutcome {
    const call = create(CallSchema, { frameworkId: { value: this.frameworkId }, ...init } as CallInit);
    return this.master.schedulerCall(call, streamId ?? undefined, undefined);
  }

  /** The connection breaks. */
  disconnect(): void {
    this.stream.isEnded = true;
    this.master.schedulerDisconnected(this.streamId);
  }

  events(type: scheduler.Event_Type): scheduler.Event[] {
    return this.stream.events.filter((event) => event.type === type);
  }

  /** The offers of all OFFERS events on the current stream. */
  get offers(): Offer[] {
    return this.events(Event_Type.OFFERS).flatMap((event) => event.offers?.offers ?? []);
  }

  /** The statuses of all UPDATE events on the current stream. */
  get statuses(): TaskStatus[] {
    return this.events(Event_Type.UPDATE).flatMap((event) => event.update?.status ?? []);
  }

  get errors(): string[] {
    return this.events(Event_Type.ERROR).map((event) => event.error?.message ?? "");
  }

  accept(
    offers: readonly Offer[],
    operations: MessageInitShape<typeof Offer_OperationSchema>[],
    refuseSeconds?: number,
  ): CallOutcome {
    return this.call({
      type: Call_Type.ACCEPT,
      accept: {
        offerIds: offers.map(({ id }) => id!),
        operations,
        ...(refuseSeconds === undefined ? {} : { filters: { refuseSeconds } }),
      },
    });
  }

  launch(offers: readonly Offer[], ...taskInfos: MessageInitShape<typeof TaskInfoSchema>[]): CallOutcome {
    return this.accept(offers, [{ type: Offer_Operation_Type.LAUNCH, launch: { taskInfos } }]);
  }

  decline(offers: readonly Offer[], refuseSeconds?: number): CallOutcome {
    return this.call({
      type: Call_Type.DECLINE,
      decline: {
        offerIds: offers.map(({ id }) => id!),
        ...(refuseSeconds === undefined ? {} : { filters: { refuseSeconds } }),
      },
    });
  }

  acknowledge(status: TaskStatus): CallOutcome {
    const { agentId, taskId, uuid } = status;
    return this.call({ type: Call_Type.ACKNOWLEDGE, acknowledge: { agentId: agentId!, taskId: taskId!, uuid } });
  }

  kill(taskId: string, agentId?: string): CallOutcome {
    return this.call({
      type: Call_Type.KILL,
      kill: { taskId: { value: taskId }, ...(agentId === undefined ? {} : { agentId: { value: agentId } }) },
    });
  }

  reconcile(...tasks: { taskId: string; agentId?: string }[]): CallOutcome {
    return this.call({
      type: Call_Type.RECONCILE,
      reconcile: {
        tasks: tasks.map(({ taskId, agentId }) => ({
          taskId: { value: taskId },
          ...(agentId === undefined ? {} : { agentId: { value: agentId } }),
        })),
      },
    });
  }
}
