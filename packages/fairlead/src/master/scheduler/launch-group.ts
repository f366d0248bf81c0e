import {
  type Offer_Operation,
  Offer_Operation_Type,
  Resources,
  type TaskGroupInfo,
  type TaskInfo,
  TaskStatus_Reason,
} from "@fairlead/mesos-api";
import { replaceFields } from "../../base/replace-fields.ts";
import { runTaskGroup } from "../agents/events.ts";
import type { Core } from "../core.ts";
import { addExecutor, addTask } from "../tasks/booking.ts";
import { runningExecutor } from "../validation/executor.ts";
import { missingFeatureForGroup } from "../validation/features.ts";
import { validateRequestFormat } from "../validation/resources.ts";
import { validateTaskGroup } from "../validation/task-group.ts";
import { type AcceptTarget, forbiddenUser, formatError, refuseTasks, stagingTask } from "./launch.ts";
import { normalizeExecutor, normalizeGroupTask } from "./normalize.ts";

/** LAUNCH_GROUP: all tasks or none. Returns what is left of the resources. */
export function launchGroup(core: Core, target: AcceptTarget, operation: Offer_Operation): Resources {
  const given = operation.launchGroup;
  const tasks = given?.taskGroup?.tasks ?? [];
  const refuse = (reason: TaskStatus_Reason, message: string): Resources => {
    refuseTasks(core, target.framework, tasks, reason, message);
    return target.available;
  };
  if (given?.executor === undefined || given.taskGroup === undefined) {
    return refuse(
      TaskStatus_Reason.TASK_GROUP_INVALID,
      "A LAUNCH_GROUP offer operation must have the Offer.Operation.launch_group field set.",
    );
  }
  const malformed = formatError(tasks) ?? validateRequestFormat(given.executor.resources);
  if (malformed !== undefined) return refuse(TaskStatus_Reason.TASK_GROUP_INVALID, malformed);
  if (operation.id !== undefined) {
    return refuse(TaskStatus_Reason.TASK_GROUP_INVALID, "The `id` field cannot be set on LAUNCH_GROUP operations");
  }
  const executor = normalizeExecutor(given.executor, target.role);
  const group = replaceFields(given.taskGroup, {
    tasks: tasks.map((task) => normalizeGroupTask(task, executor, target.role)),
  });
  const forbidden = firstForbidden(core, group.tasks, target);
  if (forbidden !== undefined) return refuse(TaskStatus_Reason.TASK_GROUP_UNAUTHORIZED, forbidden);
  const invalid = validateTaskGroup(group, executor, target) ?? missingFeatureForGroup(group, executor, target.agent);
  if (invalid !== undefined) return refuse(TaskStatus_Reason.TASK_GROUP_INVALID, invalid);
  return book(core, target, executor, group);
}

function book(
  core: Core,
  target: AcceptTarget,
  executor: NonNullable<TaskInfo["executor"]>,
  group: TaskGroupInfo,
): Resources {
  const { framework, agent } = target;
  let consumed = group.tasks.reduce((sum, { resources }) => sum.plus(Resources.of(resources)), Resources.none);
  if (runningExecutor(executor, target) === undefined) {
    addExecutor(framework, agent, executor);
    consumed = consumed.plus(Resources.of(executor.resources));
  }
  for (const task of group.tasks) addTask(framework, agent, stagingTask(task, framework));
  framework.counters.operation(Offer_Operation_Type.LAUNCH_GROUP);
  agent.send(runTaskGroup(framework.info, executor, group));
  core.log.info(
    { frameworkId: framework.id, agentId: agent.id, tasks: group.tasks.length },
    "sent a task group to its agent",
  );
  return target.available.minus(consumed);
}

function firstForbidden(core: Core, tasks: readonly TaskInfo[], { framework }: AcceptTarget): string | undefined {
  for (const task of tasks) {
    const error = forbiddenUser(core, task, framework.info);
    if (error !== undefined) return error;
  }
  return undefined;
}
