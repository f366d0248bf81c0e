import type { MasterView } from "../entities.ts";
import type { MasterCalls } from "../master-calls.ts";

/** What the endpoints need of the master's core. */
export interface ServedMaster extends MasterView, MasterCalls {
  /** False until the registry has been read: endpoints answer 503. */
  readonly recovered: boolean;
  /** Every metric of the master, by Mesos's names. */
  metrics(): ReadonlyMap<string, number>;
}
