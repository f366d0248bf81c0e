import type { scheduler } from "@fairlead/mesos-api";
import type { EventStream } from "../../base/event-stream.ts";
import type { Core } from "../core.ts";
import { HEARTBEAT_INTERVAL_MS } from "../limits.ts";
import { heartbeat, subscribed } from "./events.ts";
import type { Framework, SchedulerConnection } from "./framework.ts";

/**
 * Gives a framework its stream: SUBSCRIBED, and heartbeats from then on. The first one follows at once: some clients handle a record only when
 * the length of the next one arrives.
 */
export function openConnection(
  core: Core,
  framework: Framework,
  stream: EventStream<scheduler.Event>,
  streamId: string,
): void {
  framework.failoverTimer?.cancel();
  framework.failoverTimer = undefined;
  const connection: SchedulerConnection = { stream, streamId, heartbeat: undefined };
  framework.connection = connection;
  core.schedulerStreams.set(streamId, framework.id);
  framework.send(subscribed(framework.id, core.info));
  const beat = (): void => {
    framework.send(heartbeat());
    connection.heartbeat = core.clock.after(HEARTBEAT_INTERVAL_MS, beat, { background: true });
  };
  beat();
}

/** Takes a framework's stream away and ends it; what follows from that is the caller's. */
export function closeConnection(core: Core, framework: Framework): void {
  const connection = framework.connection;
  if (connection === undefined) return;
  framework.connection = undefined;
  connection.heartbeat?.cancel();
  // Before the end, which may be reported back at once.
  core.schedulerStreams.delete(connection.streamId);
  connection.stream.end();
}
