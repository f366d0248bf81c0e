import { durationFromSeconds, formatDuration } from "@fairlead/mesos-api";
import type { Core } from "../core.ts";
import { outstanding, rescindOffer } from "../offers/offers.ts";
import { closeConnection } from "./connection.ts";
import { removeFramework } from "./remove.ts";

/**
 * The stream of a scheduler broke: its offers are rescinded, and it may come back within its failover timeout; then it is removed.
 *
 * Source: `Master::_exited`.
 */
export function schedulerDisconnected(core: Core, streamId: string): void {
  const frameworkId = core.schedulerStreams.get(streamId);
  const framework = frameworkId === undefined ? undefined : core.frameworks.get(frameworkId);
  if (framework === undefined) return;
  closeConnection(core, framework);
  core.allocator.deactivateFramework(framework.id);
  for (const offer of outstanding(core, framework)) rescindOffer(core, offer);
  // Validated when it came in.
  const timeoutMs = durationFromSeconds(framework.info.failoverTimeout);
  core.log.info(
    { frameworkId: framework.id, failoverTimeout: formatDuration(timeoutMs) },
    "a framework disconnected and may come back within its failover timeout",
  );
  framework.failoverTimer = core.clock.after(
    timeoutMs,
    () => {
      core.log.info({ frameworkId: framework.id }, "removed a framework whose failover timeout has passed");
      removeFramework(core, framework);
    },
    { background: true },
  );
}
