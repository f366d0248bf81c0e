import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import {
  ContainerInfo_Type,
  create,
  type FrameworkInfo,
  FrameworkInfo_Capability_Type,
  FrameworkInfoSchema,
  parseResources,
  type TaskInfo,
  TaskInfoSchema,
  validateId,
} from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { EXECUTE_FLAGS } from "../flags/execute-flags.ts";
import type { FlagValues } from "../flags/flag.ts";

type ExecuteFlags = Pick<
  FlagValues<typeof EXECUTE_FLAGS>,
  | "checkpoint"
  | "command"
  | "env"
  | "framework_capabilities"
  | "name"
  | "networks"
  | "partition_aware"
  | "principal"
  | "resources"
  | "rlimits"
  | "role"
  | "shell"
  | "task"
  | "user"
>;

/** Seconds for which a framework may be away before the master ends its task: as long as `execute` tries to come back. */
export const FAILOVER_TIMEOUT_SECONDS = 60;

const invalid = (flag: string, message: string, cause?: unknown) =>
  new FairleadError("FLAG_INVALID", message, { data: { flag }, cause });

/** The framework that `fairlead execute` is. Errors: FLAG_INVALID (a capability that Mesos does not have). */
export function toFramework(flags: ExecuteFlags): FrameworkInfo {
  const capabilities = new Set(["MULTI_ROLE", "RESERVATION_REFINEMENT", "TASK_KILLING_STATE"]);
  if (flags.partition_aware) capabilities.add("PARTITION_AWARE");
  for (const name of flags.framework_capabilities ?? []) capabilities.add(name);
  return create(FrameworkInfoSchema, {
    user: flags.user ?? userInfo().username,
    name: flags.name,
    roles: [flags.role],
    checkpoint: flags.checkpoint,
    failoverTimeout: FAILOVER_TIMEOUT_SECONDS,
    capabilities: [...capabilities].map((name) => ({ type: capability(name) })),
    ...(flags.principal === undefined ? {} : { principal: flags.principal }),
  });
}

function capability(name: string): FrameworkInfo_Capability_Type {
  const type = FrameworkInfo_Capability_Type[name as keyof typeof FrameworkInfo_Capability_Type];
  if (typeof type !== "number" || type === FrameworkInfo_Capability_Type.UNKNOWN) {
    throw invalid(
      "framework_capabilities",
      `--framework_capabilities: '${name}' is no capability; give some of Mesos's, such as GPU_RESOURCES`,
    );
  }
  return type;
}

/** The task to run, without an agent. Errors: FLAG_INVALID (no command, a command and a task, resources that are none). */
export function toTask(flags: ExecuteFlags): TaskInfo {
  if (flags.task !== undefined) {
    if (flags.command !== undefined) {
      throw invalid("task", "--task and --command exclude each other; give one of them");
    }
    return flags.task;
  }
  if (flags.command === undefined) {
    throw invalid("command", "--command is missing; give what to run, or a whole task with --task");
  }
  const id = `${flags.name}-${randomUUID().slice(0, 8)}`;
  const problem = validateId(id);
  if (problem !== undefined) {
    throw invalid("name", `--name: ${problem}; give a name that can be part of the task's id`);
  }
  return create(TaskInfoSchema, {
    name: flags.name,
    taskId: { value: id },
    agentId: { value: "" },
    resources: neededResources(flags.resources),
    command: {
      shell: flags.shell,
      value: flags.command,
      // Without a shell the first argument is the name that the program is told.
      arguments: flags.shell ? [] : [flags.command],
      ...(flags.env === undefined ? {} : { environment: { variables: toVariables(flags.env) } }),
    },
    ...toContainer(flags),
  });
}

/** A task that asks for nothing of a container has none, as in Mesos: it shares what the host has. */
function toContainer({ networks = [], rlimits }: ExecuteFlags) {
  if (networks.length === 0 && rlimits === undefined) return {};
  return {
    container: {
      type: ContainerInfo_Type.MESOS,
      networkInfos: networks.map((name) => ({ name })),
      ...(rlimits === undefined ? {} : { rlimitInfo: rlimits }),
    },
  };
}

function toVariables(env: Readonly<Record<string, string>>) {
  return Object.entries(env).map(([name, value]) => ({ name, value }));
}

function neededResources(text: string) {
  try {
    return parseResources(text, { defaultRole: "*" });
  } catch (error) {
    throw invalid("resources", `--resources: ${errorText(error)}; give resources such as cpus:1;mem:128`, error);
  }
}
