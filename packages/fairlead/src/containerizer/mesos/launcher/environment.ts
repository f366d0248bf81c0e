import { Environment_Variable_Type } from "@fairlead/mesos-api";
import type { ContainerConfig } from "../../containerizer.ts";
import type { ContainerLaunchInfo } from "../isolator.ts";

/**
 * The environment of a container: what isolators say replaces what the agent says (LIBPROCESS_IP), what the command itself says stays.
 *
 * Source: `launch` of Mesos's command executor.
 */
export function containerEnvironment(
  { command, environment }: Pick<ContainerConfig, "command" | "environment">,
  launchInfo: Pick<ContainerLaunchInfo, "environment">,
): Record<string, string> {
  const own = new Set(
    (command.environment?.variables ?? [])
      .filter(({ type }) => type !== Environment_Variable_Type.SECRET)
      .map(({ name }) => name),
  );
  const fromIsolators = Object.entries(launchInfo.environment ?? {}).filter(([name]) => !own.has(name));
  return { ...environment, ...Object.fromEntries(fromIsolators) };
}
