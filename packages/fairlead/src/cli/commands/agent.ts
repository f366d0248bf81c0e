import { FairleadError } from "../../base/errors.ts";
import { composeAgent } from "../compose-agent.ts";
import { toAgentConfig } from "../config/agent-config.ts";
import { toContainerOptions } from "../config/container-options.ts";
import { AGENT_FLAGS } from "../flags/agent-flags.ts";
import { refuseProtections } from "../flags/read-environment.ts";
import { startLog } from "../start-log.ts";
import { parseCommand } from "./parse-command.ts";
import { firstSignal, leaveSignal } from "./signals.ts";
import { configIo, logIneffective } from "./start.ts";

/**
 * `fairlead agent`: until it is told to stop. Tasks of checkpointing frameworks run on, and the next agent in its directories finds them. With
 * SIGUSR1 it leaves the cluster, and its tasks end.
 */
export async function runAgent(argv: readonly string[]): Promise<number> {
  const flags = parseCommand(
    "fairlead agent --master=<host:port> --work_dir=<path> [flags]",
    "Runs an agent. Tasks of checkpointing frameworks outlive it, and are found again by the next one with the same directories.",
    AGENT_FLAGS,
    argv,
  );
  if (flags === undefined) return 0;
  refuseProtections(process.env);
  const log = startLog("agent", flags.values);
  logIneffective(flags, log);
  const config = await toAgentConfig(flags, configIo(log));
  const running = await composeAgent(config, toContainerOptions(flags.values), { log });
  const end = await Promise.race([
    firstSignal().then((signal) => ({ why: "signal" as const, message: signal })),
    leaveSignal().then((signal) => ({ why: "leave" as const, message: signal })),
    running.agent.end,
  ]);
  log.info({ why: end.why, message: end.message }, "The agent ends");
  await running.close({ endTasks: end.why === "leave" });
  if (end.why === "refused") throw new FairleadError("AGENT_REFUSED", end.message);
  return 0;
}
