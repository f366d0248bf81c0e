import assert from "node:assert/strict";
import type { Answer } from "./ask.ts";
import type { TaskStatus } from "./messages.ts";

/** What a client that debugs its framework reads in an update of the master. */
export function told({ state, source, reason, message, uuid }: TaskStatus): object {
  return { state, source, reason, message, acknowledge: uuid !== undefined };
}

/** What is told of a task that was refused: nothing that has to be acknowledged. */
export function refused(message: string | undefined, reason = "REASON_TASK_INVALID", state = "TASK_ERROR"): object {
  return { state, source: "SOURCE_MASTER", reason, message, acknowledge: false };
}

/** An answer in plain text, or an empty one, which then has no type. */
export function assertText(answer: Answer, status: number, text: string | RegExp): void {
  assert.equal(answer.status, status, answer.text);
  if (typeof text === "string") assert.equal(answer.text, text);
  else assert.match(answer.text, text);
  assert.equal(answer.headers["content-type"], answer.text === "" ? undefined : "text/plain; charset=utf-8");
}
