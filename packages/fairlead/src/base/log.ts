import { pino } from "pino";
import { MAX_HELD_LOG_BYTES } from "./limits.ts";

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
 * A logger that writes JSON lines to stderr, or to the file at `path`, whose directory is made. Errors: those of node:fs, where it cannot be opened.
 *
 * Writing is synchronous: a crash loses no line. Lines that a full disk does not take are held, within a bound, and written with the next ones.
 */
export function createLogger(options: { level: LogLevel; name: string; path?: string }): Logger {
  const file = { dest: options.path ?? 2, sync: true, mkdir: true, append: true, maxLength: MAX_HELD_LOG_BYTES };
  const destination = pino.destination(file);
  // without a listener it would be the end of the process, and of everything that waits for room on the disk
  destination.on("error", () => {});
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
