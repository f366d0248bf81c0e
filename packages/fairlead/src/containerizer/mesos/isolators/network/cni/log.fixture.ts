import type { Logger } from "../../../../../base/log.ts";

/** A logger that keeps what it is told. */
export function recordingLogger(): Logger & { readonly lines: { level: string; sentence: string; fields: object }[] } {
  const lines: { level: string; sentence: string; fields: object }[] = [];
  const at = (level: string) => (fields: object, sentence: string) => void lines.push({ level, sentence, fields });
  const logger = {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: () => logger,
  };
  return logger;
}
