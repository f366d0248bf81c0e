import { join } from "node:path";
import { errorText, FairleadError } from "../base/errors.ts";
import { createLogger, type Logger, type LogLevel, silentLogger } from "../base/log.ts";

interface LogFlags {
  readonly logging_level: "INFO" | "WARNING" | "ERROR" | "DEBUG";
  readonly log_dir?: string | undefined;
  readonly quiet: boolean;
}

const LEVELS: Readonly<Record<LogFlags["logging_level"], LogLevel>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
};

/** The log of a process: lines on stderr unless `--quiet`, and in `<log_dir>/fairlead-<name>.log`. Errors: FLAG_INVALID (`--log_dir`). */
export function startLog(name: string, flags: LogFlags): Logger {
  const options = { level: LEVELS[flags.logging_level], name };
  const logs = [
    ...(flags.quiet ? [] : [createLogger(options)]),
    ...(flags.log_dir === undefined ? [] : [openLogFile(flags.log_dir, options)]),
  ];
  return logs.length === 0 ? silentLogger : logs.length === 1 ? logs[0]! : tee(logs);
}

function openLogFile(directory: string, options: { readonly level: LogLevel; readonly name: string }): Logger {
  try {
    return createLogger({ ...options, path: join(directory, `fairlead-${options.name}.log`) });
  } catch (cause) {
    throw new FairleadError("FLAG_INVALID", `--log_dir: ${errorText(cause)}; give a directory that can be written`, {
      data: { flag: "log_dir" },
      cause,
    });
  }
}

function tee(logs: readonly Logger[]): Logger {
  return {
    debug: (fields, sentence) => logs.forEach((log) => void log.debug(fields, sentence)),
    info: (fields, sentence) => logs.forEach((log) => void log.info(fields, sentence)),
    warn: (fields, sentence) => logs.forEach((log) => void log.warn(fields, sentence)),
    error: (fields, sentence) => logs.forEach((log) => void log.error(fields, sentence)),
    with: (fields) => tee(logs.map((log) => log.with(fields))),
  };
}
