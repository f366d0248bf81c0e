import type { TaskInfo } from "@fairlead/mesos-api";

/**
 * What `task` needs that this agent does not have; undefined if it can run.
 *
 * Masters know it from the agent's features and never send such a task; but a task must not run without what it asked for.
 */
export function unsupported(task: TaskInfo): string | undefined {
  if (task.executor !== undefined) return "custom executors";
  if (task.command === undefined) return "tasks without a command";
  if (task.command.uris.length > 0) return "URIs";
  if (task.container?.mesos?.image !== undefined) return "container images";
  if ((task.container?.volumes ?? []).length > 0) return "volumes";
  if (task.resources.some((resource) => resource.disk !== undefined)) return "persistent volumes";
  if (task.healthCheck !== undefined || task.check !== undefined) return "checks";
  return undefined;
}
