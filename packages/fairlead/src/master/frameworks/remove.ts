import { type Task, TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { shutdownFramework } from "../agents/events.ts";
import type { Core } from "../core.ts";
import { taskIdOf } from "../ids.ts";
import { discardOffer, outstanding } from "../offers/offers.ts";
import { removeExecutors, removeTask } from "../tasks/booking.ts";
import { masterStatus } from "../tasks/status.ts";
import { applyStatus, withStatus } from "../tasks/update.ts";
import { closeConnection } from "./connection.ts";
import type { Framework } from "./framework.ts";

/**
 * Removes a framework: agents end its executors and tasks, which count as killed from now on; the scheduler hears nothing more. It is kept among
 * the completed ones, so that it cannot subscribe again under its id.
 *
 * Source: `Master::removeFramework`.
 */
export function removeFramework(core: Core, framework: Framework): void {
  framework.failoverTimer?.cancel();
  core.allocator.deactivateFramework(framework.id);
  for (const offer of outstanding(core, framework)) discardOffer(core, offer, undefined);
  for (const agent of core.agents.values()) agent.send(shutdownFramework(framework.id));
  for (const task of [...framework.tasks.values()]) {
    removeTask(core, framework, applyStatus(core, framework, task, killed(core, framework, task)), "completed");
  }
  for (const task of [...framework.unreachableTasks.values()]) {
    framework.deleteUnreachableTask(taskIdOf(task.taskId));
    framework.addCompletedTask(withStatus(task, killed(core, framework, task), TaskState.TASK_KILLED));
  }
  for (const agent of core.agents.values()) removeExecutors(core, framework, agent);
  closeConnection(core, framework);
  framework.unregisteredMs = core.clock.now();
  core.frameworks.delete(framework.id);
  core.allocator.removeFramework(framework.id);
  core.completedFrameworks.set(framework.id, framework);
  core.log.info({ frameworkId: framework.id }, "removed a framework");
}

function killed(core: Core, framework: Framework, task: Task) {
  return masterStatus({
    nowMs: core.clock.now(),
    taskId: task.taskId,
    agentId: task.agentId,
    executorId: task.executorId,
    state: TaskState.TASK_KILLED,
    reason: TaskStatus_Reason.FRAMEWORK_REMOVED,
    message: `Framework ${framework.id} removed`,
  });
}
