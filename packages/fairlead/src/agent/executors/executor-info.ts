import {
  CommandInfoSchema,
  create,
  DurationInfoSchema,
  type ExecutorInfo,
  ExecutorInfoSchema,
  type FrameworkInfo,
  parseResources,
  Resources,
  type TaskInfo,
} from "@fairlead/mesos-api";
import { SHUTDOWN_MARGIN_MS } from "../limits.ts";

/** What Mesos allows its command executor beyond the task's resources; the master does not see it. */
const OVERHEAD = Resources.of(parseResources("cpus:0.1;mem:32", { defaultRole: "*" }));

const NANOSECONDS = 1_000_000n;
const COMMAND_CHARS = 15;
const COMMAND_CHARS_SHORTENED = 12;

/**
 * The ExecutorInfo of the command executor that Mesos would start for `task`: what clients see in `state`, though here the executor is an
 * object in the agent.
 *
 * Source: `Slave::getExecutorInfo` of Mesos.
 */
export function commandExecutorInfo(framework: FrameworkInfo, task: TaskInfo): ExecutorInfo {
  const id = task.taskId?.value ?? "";
  const command = task.command;
  const role = task.resources.find((resource) => resource.allocationInfo !== undefined)?.allocationInfo?.role;
  const grace = task.killPolicy?.gracePeriod?.nanoseconds;
  const user = command !== undefined && Object.hasOwn(command, "user") ? { user: command.user } : {};
  return create(ExecutorInfoSchema, {
    executorId: { value: id },
    ...(framework.id === undefined ? {} : { frameworkId: framework.id }),
    name: `Command Executor (Task: ${id}) (Command: ${commandText(task)})`,
    source: id,
    command: create(CommandInfoSchema, {
      uris: command?.uris ?? [],
      shell: false,
      value: "mesos-executor",
      arguments: ["mesos-executor"],
      ...(command?.environment === undefined ? {} : { environment: command.environment }),
      ...user,
    }),
    resources: (role === undefined ? OVERHEAD : OVERHEAD.allocate(role)).toArray(),
    ...(task.container === undefined ? {} : { container: task.container }),
    ...(task.labels === undefined ? {} : { labels: task.labels }),
    ...(task.discovery === undefined ? {} : { discovery: task.discovery }),
    ...(grace === undefined
      ? {}
      : {
          shutdownGracePeriod: create(DurationInfoSchema, {
            nanoseconds: grace + BigInt(SHUTDOWN_MARGIN_MS) * NANOSECONDS,
          }),
        }),
  });
}

function commandText(task: TaskInfo): string {
  const command = task.command;
  const hasValue = command !== undefined && Object.hasOwn(command, "value");
  if (command?.shell ?? true) return hasValue ? `sh -c '${shorten(command.value)}'` : "NO COMMAND";
  return hasValue ? `[${shorten(`${command.value}, ${command.arguments.join(", ")}`)}]` : "NO EXECUTABLE";
}

/** Characters, not bytes: what Mesos cuts in the middle of a character is no UTF-8. */
function shorten(text: string): string {
  const characters = [...text];
  return characters.length > COMMAND_CHARS ? `${characters.slice(0, COMMAND_CHARS_SHORTENED).join("")}...` : text;
}
