import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { LookupUser } from "../../base/users.ts";
import type { IsolatorPipeline } from "./isolator-pipeline.ts";
import type { Launcher } from "./launcher/launcher.ts";

/** What the phases of a container's life share. */
export interface Parts {
  readonly pipeline: IsolatorPipeline;
  readonly launcher: Launcher;
  readonly lookupUser: LookupUser;
  /** How long killed processes may take to leave the cgroup. */
  readonly destroyTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}
