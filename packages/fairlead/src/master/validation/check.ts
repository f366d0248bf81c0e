import {
  type CheckInfo,
  CheckInfo_Type,
  type CommandInfo,
  type HealthCheck,
  HealthCheck_Type,
} from "@fairlead/mesos-api";
import { validateCommand } from "./command.ts";

/** Why a CheckInfo is not valid, in Mesos's words; undefined when it is. Source: `validateCheckInfo` in `src/common/validation.cpp`. */
export function validateCheck(check: CheckInfo): string | undefined {
  if (!Object.hasOwn(check, "type")) return "CheckInfo must specify 'type'";
  return (
    validateCheckKind(check) ??
    validateTimes({
      delay_seconds: check.delaySeconds,
      interval_seconds: check.intervalSeconds,
      timeout_seconds: check.timeoutSeconds,
    })
  );
}

function validateCheckKind(check: CheckInfo): string | undefined {
  switch (check.type) {
    case CheckInfo_Type.COMMAND:
      if (check.command?.command === undefined) return "Expecting 'command' to be set for COMMAND check";
      return validateCheckCommand(check.command.command, "Command check", "Check");
    case CheckInfo_Type.HTTP:
      if (check.http === undefined) return "Expecting 'http' to be set for HTTP check";
      return Object.hasOwn(check.http, "path") && !check.http.path.startsWith("/")
        ? `The path '${check.http.path}' of HTTP check must start with '/'`
        : undefined;
    case CheckInfo_Type.TCP:
      return check.tcp === undefined ? "Expecting 'tcp' to be set for TCP check" : undefined;
    default:
      return "'UNKNOWN' is not a valid check type";
  }
}

/** Why a HealthCheck is not valid, in Mesos's words; undefined when it is. Source: `validateHealthCheck` in `src/common/validation.cpp`. */
export function validateHealthCheck(check: HealthCheck): string | undefined {
  if (!Object.hasOwn(check, "type")) return "HealthCheck must specify 'type'";
  return (
    validateHealthCheckKind(check) ??
    validateTimes({
      delay_seconds: check.delaySeconds,
      grace_period_seconds: check.gracePeriodSeconds,
      interval_seconds: check.intervalSeconds,
      timeout_seconds: check.timeoutSeconds,
    })
  );
}

function validateHealthCheckKind(check: HealthCheck): string | undefined {
  switch (check.type) {
    case HealthCheck_Type.COMMAND:
      if (check.command === undefined) return "Expecting 'command' to be set for COMMAND health check";
      return validateCheckCommand(check.command, "Command health check", "Health check");
    case HealthCheck_Type.HTTP: {
      const http = check.http;
      if (http === undefined) return "Expecting 'http' to be set for HTTP health check";
      if (Object.hasOwn(http, "scheme") && http.scheme !== "http" && http.scheme !== "https") {
        return `Unsupported HTTP health check scheme: '${http.scheme}'`;
      }
      return Object.hasOwn(http, "path") && !http.path.startsWith("/")
        ? `The path '${http.path}' of HTTP health check must start with '/'`
        : undefined;
    }
    case HealthCheck_Type.TCP:
      return check.tcp === undefined ? "Expecting 'tcp' to be set for TCP health check" : undefined;
    default:
      return "'UNKNOWN' is not a valid health check type";
  }
}

function validateCheckCommand(command: CommandInfo, subject: string, owner: string): string | undefined {
  if (!Object.hasOwn(command, "value")) {
    return `${subject} must contain ${command.shell ? "'shell command'" : "'executable path'"}`;
  }
  const error = validateCommand(command);
  return error === undefined ? undefined : `${owner}'s \`CommandInfo\` is invalid: ${error}`;
}

function validateTimes(times: Readonly<Record<string, number>>): string | undefined {
  for (const [name, seconds] of Object.entries(times)) {
    if (seconds < 0) return `Expecting '${name}' to be non-negative`;
  }
  return undefined;
}
