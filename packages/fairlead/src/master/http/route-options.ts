import type { VersionInfo } from "@fairlead/mesos-api";
import type { Authorizer } from "../../base/authorizer.ts";
import type { MasterConfig } from "../config.ts";

export interface MasterRouteOptions {
  readonly config: Pick<MasterConfig, "cluster" | "flags" | "roles" | "weights">;
  readonly version: VersionInfo;
  readonly authorizer: Authorizer;
  /** Makes the ids of event streams: they are what proves that later calls come from the same peer, so they must not be guessable. */
  readonly newStreamId: () => string;
}
