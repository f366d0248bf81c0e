import type { PluginExec } from "@fairlead/cni";
import type { Clock } from "../../../../../base/clock.ts";
import type { Logger } from "../../../../../base/log.ts";
import type { NamespaceMaker } from "./network-namespace.ts";

/** What attaching, detaching and recovery work with. */
export interface CniContext {
  /** The real path of the directory of paths.ts. */
  readonly rootDir: string;
  readonly exec: PluginExec;
  /** Makes, changes and releases namespaces. */
  readonly network: NamespaceMaker;
  /** Whether a plugin begins with a veth that may have been made beforehand. */
  usesVeth(type: string): boolean;
  readonly log: Logger;
  readonly clock: Clock;
}
