import assert from "node:assert/strict";
import { isFieldSet, TaskState, TaskStatus_Reason, TaskStatusSchema } from "@fairlead/mesos-api";
import { addressesOf, TERMINAL_STATES, type TestFramework } from "../support/framework.ts";
import { type ChaosCluster, networkedTask } from "./chaos-cluster.ts";
import type { Traces } from "./traces.ts";
import { within } from "./within.ts";

/** State, reason and message of the last update of a task. */
export type End = readonly [state: string, reason: string | undefined, message: string];

export const NEVER_RAN: End = ["TASK_DROPPED", "AGENT_RESTARTED", "Task launched during agent restart"];
export const TERMINATED: End = ["TASK_KILLED", undefined, "Command terminated with signal Terminated"];
/** What {@link ChaosCluster.letEnd} brings about. */
export const EXITED: End = ["TASK_FAILED", undefined, "Command exited with status 7"];

export interface Aftermath {
  /** The task in whose life the agent was killed. */
  readonly taskId: string;
  /** How it ends; undefined for one that runs on, until it is killed here. */
  readonly end: End | undefined;
  /** What was there before it. */
  readonly before: Traces;
  /** The port of the host that it asked for. */
  readonly port: number;
}

/** Checks everything after a crash, with an agent that runs again: the task, what is left of it, and the next one on the same networks. */
export async function assertAftermath(
  cluster: ChaosCluster,
  framework: TestFramework,
  { taskId, end, before, port }: Aftermath,
): Promise<void> {
  if (end === undefined) {
    await within(`TASK_RUNNING of ${taskId}`, framework.update(taskId, TaskState.TASK_RUNNING));
    await cluster.assertOnlyLivingExist("after the restart");
    await framework.kill(taskId);
  }
  assert.deepEqual(await endOf(framework, taskId), end ?? TERMINATED);
  await cluster.assertOnlyLivingExist("when the task has ended");
  await cluster.assertTraces(before, "only what was there before is left");

  const next = `${taskId}-next`;
  await cluster.launch(framework, networkedTask(next, "exit 0", port));
  const [state, , message] = await endOf(framework, next);
  assert.equal(state, "TASK_FINISHED", message);
  const running = framework.updates.find(({ taskId }) => taskId?.value === next);
  assert.equal(addressesOf(running!).length, 2);
  await cluster.assertTraces(before, "the next task leaves nothing either");
}

async function endOf(framework: TestFramework, taskId: string): Promise<End> {
  const status = await within(`the end of ${taskId}`, framework.update(taskId, ...TERMINAL_STATES));
  const reason = isFieldSet(status, TaskStatusSchema.field.reason) ? TaskStatus_Reason[status.reason] : undefined;
  return [TaskState[status.state]!, reason, status.message];
}
