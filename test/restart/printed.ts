import { readFileSync } from "node:fs";
import { join } from "node:path";
import { poll } from "../support/poll.ts";
import { executorOf } from "../support/state.ts";

/** Waits until a task has printed a line: TASK_RUNNING only says that its command was started. */
export async function printed(taskId: string, line: string): Promise<void> {
  const { directory } = await executorOf(taskId);
  await poll(() => readFileSync(join(directory, "stdout"), "utf8").split("\n").includes(line));
}
