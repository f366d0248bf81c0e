import { crashPoint } from "../../base/crash-points.ts";
import type { Container } from "./container.ts";
import { findProcess } from "./launcher/process-identity.ts";
import type { Parts } from "./parts.ts";

/** Lets the command of a launched container begin, once. Errors: RUNTIME_FAILED. */
export async function startContainer({ launcher }: Parts, container: Container): Promise<void> {
  const { id, paths, process, started, hasTerminated } = container;
  if (process === undefined || started || hasTerminated) {
    return;
  }
  if (started === undefined && (await launcher.state(id, paths, process.runtime)) !== "created") {
    container.started = true;
    return;
  }
  try {
    await launcher.start(id, paths, process.runtime);
  } catch (error) {
    const init = await findProcess(process.init);
    // it was ended before it began: the exit status tells
    if (init === undefined || init.zombie) return;
    throw error;
  }
  container.started = true;
  crashPoint("container-started");
}
