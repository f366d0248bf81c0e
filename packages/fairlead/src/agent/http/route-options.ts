import type { VersionInfo } from "@fairlead/mesos-api";
import type { Authorizer } from "../../base/authorizer.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { AgentConfig } from "../config.ts";

export interface AgentRouteOptions {
  readonly config: Pick<AgentConfig, "flags">;
  readonly version: VersionInfo;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly log: Logger;
}
