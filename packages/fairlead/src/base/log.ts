import { pino } from "pino";

/**
 * A structured logger: a constant sentence, and variables in fields with fixed names (`frameworkId`, `agentId`, `taskId`, `containerId`,
 * `network`, `ifName`, `durationMs`, `err`). `warn` says what was done about it; `error` means that somebody must act. No secrets.
 */
export interface Logger {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  /** A logger that adds `fields` to every line. */
  with(fields: Record<string, unknown>): Logger;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

function wrap(inner: pino.Logger): Logger {
  return {
    debug: (fields, sentence) => inner.debug(fields, sentence),
    info: (fields, sentence) => inner.info(fields, sentence),
    warn: (fields, sentence) => inner.warn(fields, sentence),
    error: (fields, sentence) => inner.error(fields, sentence),
    with: (fields) => wrap(inner.child(fields)),
  };
}

/**
 * A logger that writes JSON lines to the file descriptor `fd` (2: stderr) or to the file at `path`.
 *
 * Writing is synchronous: a crash loses no line.
 */
export function createLogger(options: { level: LogLevel; name: string; path?: string }): Logger {
  const destination = pino.destination({ dest: options.path ?? 2, sync: true, mkdir: true, append: true });
  return wrap(
    pino({ level: options.level, base: { name: options.name }, timestamp: pino.stdTimeFunctions.isoTime }, destination),
  );
}

/** A logger that drops everything, for unit tests. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLogger,
};
