import { create, FrameworkIDSchema, type FrameworkId, type FrameworkInfo, scheduler } from "@fairlead/mesos-api";
import type { Principal } from "../../base/authorizer.ts";
import type { EventStream } from "../../base/event-stream.ts";
import { replaceFields } from "../../base/replace-fields.ts";
import { AllocatorFramework } from "../allocator/framework.ts";
import type { Core } from "../core.ts";
import { frameworkIdOf } from "../ids.ts";
import type { CallOutcome } from "../master-calls.ts";
import { discardOffer, outstanding } from "../offers/offers.ts";
import { validateFrameworkUpdate } from "../validation/framework-info.ts";
import { validateSchedulerCall } from "../validation/scheduler-call.ts";
import { closeConnection, openConnection } from "./connection.ts";
import { errorEvent } from "./events.ts";
import { Framework } from "./framework.ts";
import { type FrameworkOptions, parseOptions, refuseInfo, refusePrincipal } from "./options.ts";
import { recoverFramework } from "./recover.ts";
import { tellAgents, updateFramework } from "./update-framework.ts";

const { Call_Type } = scheduler;

/**
 * SUBSCRIBE: a new framework, one that comes back, or one that takes over from an earlier instance of its scheduler.
 *
 * What is wrong with the call itself is an outcome; everything else that is wrong is one ERROR event on the stream, which then ends.
 *
 * Source: `Master::subscribe`; https://mesos.apache.org/documentation/latest/scheduler-http-api/#subscribe-request
 */
export function subscribe(
  core: Core,
  call: scheduler.Call,
  stream: EventStream<scheduler.Event>,
  streamId: string,
  principal: Principal,
): CallOutcome {
  const invalid = validateSchedulerCall(call, principal);
  if (invalid !== undefined) return { status: 400, message: `Failed to validate scheduler::Call: ${invalid}` };
  // Both were validated to be there.
  const payload = call.subscribe!;
  const info = withPrincipal(payload.frameworkInfo!, principal);
  const hasId = (info.id?.value ?? "") !== "";
  core.counters.increment(hasId ? "messages_reregister_framework" : "messages_register_framework");

  const refuse = (message: string): CallOutcome => {
    core.log.info({ framework: info.name, frameworkId: info.id?.value, reason: message }, "refused a subscription");
    stream.send(errorEvent(message));
    stream.end();
    return { status: 200 };
  };
  const error = refuseInfo(core, info);
  if (error !== undefined) return refuse(error);
  const options = parseOptions(info, payload.suppressedRoles, payload.offerConstraints);
  if (typeof options === "string") return refuse(options);
  const forbidden = refusePrincipal(core, info, principal);
  if (forbidden !== undefined) return refuse(forbidden);

  if (!hasId) addFramework(core, info, options, stream, streamId);
  else {
    const mismatch = returnFramework(core, info, options, stream, streamId);
    if (mismatch !== undefined) return refuse(mismatch);
  }
  return { status: 200 };
}

function addFramework(
  core: Core,
  given: FrameworkInfo,
  options: FrameworkOptions,
  stream: EventStream<scheduler.Event>,
  streamId: string,
): void {
  const id = newFrameworkId(core);
  const info = replaceFields(given, { id: create(FrameworkIDSchema, { value: id }) });
  const share = new AllocatorFramework(id, info, options.constraints, core.clock);
  const framework = new Framework(id, info, share, core.clock.now(), core.config);
  core.frameworks.set(id, framework);
  core.allocator.addFramework(share, options.suppressedRoles);
  connect(core, framework, stream, streamId);
  core.log.info({ frameworkId: id, framework: info.name }, "added a framework");
}

/** The next id that nobody has: schedulers may come with any. */
function newFrameworkId(core: Core): FrameworkId {
  for (;;) {
    const id = frameworkIdOf({ value: `${core.info.id}-${String(core.sequence.framework++).padStart(4, "0")}` });
    if (!core.frameworks.has(id) && !core.completedFrameworks.has(id)) return id;
  }
}

/** A scheduler that knows its id. Returns why it is refused, if it is. */
function returnFramework(
  core: Core,
  given: FrameworkInfo,
  options: FrameworkOptions,
  stream: EventStream<scheduler.Event>,
  streamId: string,
): string | undefined {
  const id = frameworkIdOf(given.id);
  // After a restart of the master, and none of its agents is back: it is taken at its word.
  const framework = core.frameworks.get(id) ?? recoverFramework(core, given);
  const info = keepImmutable(framework.info, given);
  const error = validateFrameworkUpdate(framework.info, info);
  if (error !== undefined) return error;
  updateFramework(core, framework, info, options);
  if (framework.recovered) {
    framework.recovered = false;
    framework.registeredMs = core.clock.now();
  } else {
    framework.reregisteredMs = core.clock.now();
  }
  if (framework.connection !== undefined) {
    framework.send(errorEvent("Framework failed over"));
    closeConnection(core, framework);
  }
  // Silently: the new instance does not know them, the old one is gone.
  for (const offer of outstanding(core, framework)) discardOffer(core, offer, undefined);
  connect(core, framework, stream, streamId);
  tellAgents(core, framework);
  core.log.info({ frameworkId: id, framework: info.name }, "a framework subscribed again");
  return undefined;
}

function connect(core: Core, framework: Framework, stream: EventStream<scheduler.Event>, streamId: string): void {
  framework.counters.call(Call_Type.SUBSCRIBE);
  openConnection(core, framework, stream, streamId);
  core.allocator.activateFramework(framework.id);
}

/** With the authenticated principal, where the framework names none. */
function withPrincipal(info: FrameworkInfo, principal: Principal): FrameworkInfo {
  return principal === undefined || Object.hasOwn(info, "principal") ? info : replaceFields(info, { principal });
}

/** `user` and `checkpoint` silently keep their values: tasks run with the old ones. */
function keepImmutable(before: FrameworkInfo, given: FrameworkInfo): FrameworkInfo {
  const { user, checkpoint } = before;
  return given.user === user && given.checkpoint === checkpoint ? given : replaceFields(given, { user, checkpoint });
}
