import { basename } from "node:path";
import type { CommandInfo } from "@fairlead/mesos-api";
import { FairleadError } from "../../../base/errors.ts";

/**
 * `process.args` of the bundle for a CommandInfo: `value` by the shell, or `value` as the program and `arguments` as all of its argv.
 *
 * A bundle has no field for an argv[0] that is another name than the program's: then bash, which can set it, executes the program.
 * Errors: CONTAINER_INVALID (no command).
 */
export function commandLine(command: CommandInfo): string[] {
  const { shell, value, arguments: argv } = command;
  if (value === "" || value.includes("\0") || argv.some((argument) => argument.includes("\0"))) {
    throw new FairleadError(
      "CONTAINER_INVALID",
      value === "" ? "Command is not specified" : "Command contains a NUL byte",
    );
  }
  if (shell) {
    return ["/bin/sh", "-c", value];
  }
  const [name = value, ...rest] = argv;
  if (basename(name) === basename(value)) {
    return [value, ...rest];
  }
  return ["/bin/bash", "-c", 'exec -a "$0" "$@"', name, value, ...rest];
}
