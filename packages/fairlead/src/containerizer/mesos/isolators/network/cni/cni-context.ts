import type { PluginExec } from "@fairlead/cni";
import type { Clock } from "../../../../../base/clock.ts";
import type { Logger } from "../../../../../base/log.ts";

/** What attaching, detaching and recovery work with. */
export interface CniContext {
  /** The real path of the directory of paths.ts. */
  readonly rootDir: string;
  readonly exec: PluginExec;
  readonly log: Logger;
  readonly clock: Clock;
}
