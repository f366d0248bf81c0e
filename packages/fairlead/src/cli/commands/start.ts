import { systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { expectSuccess } from "../../base/run-command.ts";
import type { ConfigIo } from "../config/master-config.ts";
import type { ParsedFlags } from "../flags/parse-flags.ts";

/** What configurations are made with on this machine. */
export function configIo(log: Logger): ConfigIo {
  return { log, clock: systemClock, discover: async (program) => (await expectSuccess([program])).stdout };
}

/** One line for each flag that was given and has no effect. */
export function logIneffective(flags: Pick<ParsedFlags<never>, "ineffective">, log: Logger): void {
  for (const { flag, why } of flags.ineffective) log.info({ flag, why }, "A flag has no effect");
}
