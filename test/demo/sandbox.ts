import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two looks at a file. */
const POLL_INTERVAL_MS = 100;

/** The sandbox of a command task, as the `state` of its agent tells. */
export async function sandboxOf(agent: string, taskId: string): Promise<string> {
  const state = (await (await fetch(`http://${agent}/state`)).json()) as {
    readonly frameworks: readonly {
      readonly executors: readonly { readonly directory: string; readonly tasks: readonly { readonly id: string }[] }[];
    }[];
  };
  const executors = state.frameworks.flatMap((framework) => framework.executors);
  const executor = executors.find(({ tasks }) => tasks.some(({ id }) => id === taskId));
  if (executor === undefined) throw new Error(`the agent does not show task ${taskId}`);
  return executor.directory;
}

/** What a task has printed, as soon as it has printed a whole line. */
export async function firstLine(sandbox: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const text = await readFile(join(sandbox, "stdout"), "utf8");
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** Lets a task that waits for it go on. */
export async function release(sandbox: string): Promise<void> {
  await writeFile(join(sandbox, "done"), "");
}
