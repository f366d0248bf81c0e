import { crashPoint } from "../../base/crash-points.ts";
import type { Container } from "./container.ts";
import type { LaunchedProcess } from "./launched-process.ts";
import { findProcess } from "./launcher/process-identity.ts";
import type { Parts } from "./parts.ts";

/** Lets the command of a launched container begin, once; one that has ended is left alone. Errors: RUNTIME_FAILED. */
export async function startContainer({ launcher }: Parts, container: Container): Promise<void> {
  const { id, paths, process, started } = container;
  if (process === undefined || started || !(await isAlive(process))) {
    return;
  }
  if (started === undefined && (await launcher.state(id, paths, process.runtime)) !== "created") {
    container.started = true;
    return;
  }
  try {
    await launcher.start(id, paths, process.runtime);
  } catch (error) {
    // it was ended just before it began: the exit status tells
    if (!(await isAlive(process))) return;
    throw error;
  }
  container.started = true;
  crashPoint("container-started");
}

async function isAlive({ init }: LaunchedProcess): Promise<boolean> {
  const state = await findProcess(init);
  return state !== undefined && !state.zombie;
}
