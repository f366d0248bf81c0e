import { composeMaster } from "../compose-master.ts";
import { toMasterConfig } from "../config/master-config.ts";
import { MASTER_FLAGS } from "../flags/master-flags.ts";
import { refuseProtections } from "../flags/read-environment.ts";
import { startLog } from "../start-log.ts";
import { parseCommand } from "./parse-command.ts";
import { firstSignal } from "./signals.ts";
import { configIo, logIneffective } from "./start.ts";

/** `fairlead master`: until it is told to stop; agents and frameworks find it again when it comes back. */
export async function runMaster(argv: readonly string[]): Promise<number> {
  const flags = parseCommand("fairlead master --work_dir=<path> [flags]", "Runs a master.", MASTER_FLAGS, argv);
  if (flags === undefined) return 0;
  refuseProtections(process.env);
  const log = startLog("master", flags.values);
  logIneffective(flags, log);
  const running = await composeMaster(await toMasterConfig(flags, configIo(log)), { log });
  const signal = await firstSignal();
  log.info({ signal }, "The master is told to stop");
  await running.close();
  return 0;
}
