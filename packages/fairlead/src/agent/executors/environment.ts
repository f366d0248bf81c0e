import { type Environment, Environment_Variable_Type, formatDuration, type TaskInfo } from "@fairlead/mesos-api";

/** What a task's environment tells of where it runs. */
export interface EnvironmentContext {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly agentId: string;
  /** `slave(1)@ip:port`. */
  readonly agentPid: string;
  /** `ip:port`. */
  readonly agentEndpoint: string;
  /** Where the agent listens: programs over libprocess bind to it, unless a network of their own says else. */
  readonly agentIp: string;
  readonly sandbox: string;
  readonly checkpoint: boolean;
  readonly shutdownGracePeriodMs: number;
}

/** The search path where the task brings none: `os::host_default_path` of Mesos. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Defaults of --recovery_timeout and --executor_reregistration_timeout, which concern executors that are processes. */
const RECOVERY_TIMEOUT = "15mins";
const SUBSCRIPTION_BACKOFF_MAX = "2secs";

/**
 * The environment of a command task: that of Mesos's command executor, which the task inherits there, with CommandInfo.environment over it.
 *
 * Source: `executorEnvironment` of Mesos's agent, `launch` of its command executor and containerizer.
 */
export function taskEnvironment(task: TaskInfo, context: EnvironmentContext): Record<string, string> {
  return {
    PATH: DEFAULT_PATH,
    LIBPROCESS_IP: context.agentIp,
    LIBPROCESS_PORT: "0",
    MESOS_FRAMEWORK_ID: context.frameworkId,
    MESOS_EXECUTOR_ID: context.executorId,
    MESOS_DIRECTORY: context.sandbox,
    MESOS_SANDBOX: context.sandbox,
    MESOS_SLAVE_ID: context.agentId,
    MESOS_SLAVE_PID: context.agentPid,
    MESOS_AGENT_ENDPOINT: context.agentEndpoint,
    MESOS_CHECKPOINT: context.checkpoint ? "1" : "0",
    MESOS_HTTP_COMMAND_EXECUTOR: "0",
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: formatDuration(context.shutdownGracePeriodMs),
    ...(context.checkpoint
      ? { MESOS_RECOVERY_TIMEOUT: RECOVERY_TIMEOUT, MESOS_SUBSCRIPTION_BACKOFF_MAX: SUBSCRIPTION_BACKOFF_MAX }
      : {}),
    ...variables(task.command?.environment),
    MESOS_ALLOCATION_ROLE: task.resources[0]?.allocationInfo?.role ?? "",
  };
}

/** Secrets are left to the containerizer's `environment_secret`. */
function variables(environment: Environment | undefined): Record<string, string> {
  const plain = (environment?.variables ?? []).filter(({ type }) => type !== Environment_Variable_Type.SECRET);
  return Object.fromEntries(plain.map(({ name, value }) => [name, value]));
}
