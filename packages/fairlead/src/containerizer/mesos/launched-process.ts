import { z } from "zod";
import type { ProcessIdentity } from "./launcher/process-identity.ts";

/** The processes of a complete launch: what stands in a container's `pid` file. */
export interface LaunchedProcess {
  /** The container's first process, as the host numbers it. */
  readonly init: ProcessIdentity;
  readonly conmon: ProcessIdentity;
  /** Whether the first process is an init of ours, which signals leave out: it ends when the command has. */
  readonly isInit: boolean;
  /** Path of the OCI runtime that has created them. */
  readonly runtime: string;
}

const identity = z.object({ pid: z.int().positive(), startTime: z.string() });
const launchedProcessSchema = z.object({ init: identity, conmon: identity, isInit: z.boolean(), runtime: z.string() });

export function writeLaunchedProcess(process: LaunchedProcess): string {
  return `${JSON.stringify(process)}\n`;
}

/** Reads what {@link writeLaunchedProcess} wrote. Throws on anything else. */
export function parseLaunchedProcess(text: string): LaunchedProcess {
  return launchedProcessSchema.parse(JSON.parse(text));
}
