import type { AgentConfig } from "./config.ts";
import type { CommandExecutor } from "./executors/command-executor.ts";
import type { GarbageCollection } from "./garbage-collection.ts";
import type { LookupUser } from "./sandbox.ts";
import type { Executor } from "./state/executor.ts";
import type { Frameworks } from "./state/frameworks.ts";
import type { ReporterContext } from "./updates/task-reporter.ts";

/** What the parts of one agent share. */
export interface AgentContext extends ReporterContext {
  readonly config: AgentConfig;
  /** `slave(1)@ip:port`. */
  readonly pid: string;
  /** `ip:port`. */
  readonly endpoint: string;
  readonly frameworks: Frameworks;
  /** The executors whose containers have not ended, as objects that lead them, with the promises of their ends. */
  readonly running: Map<Executor, { readonly leader: CommandExecutor; readonly done: Promise<void> }>;
  /** Tasks whose last acknowledgement is on its way to the disk, by framework and task, with the promises of their ends. */
  readonly completing: Map<string, Promise<void>>;
  readonly gc: GarbageCollection;
  readonly lookupUser: LookupUser;
}
