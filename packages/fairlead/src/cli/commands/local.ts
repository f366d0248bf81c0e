import { type Clock, sleep, systemClock } from "../../base/clock.ts";
import { FairleadError } from "../../base/errors.ts";
import { ensureDirectory } from "../../base/files/ensure-directory.ts";
import type { Logger } from "../../base/log.ts";
import { runCommand } from "../../base/run-command.ts";
import { composeAgent, type RunningAgent } from "../compose-agent.ts";
import { composeMaster } from "../compose-master.ts";
import { toAgentConfig } from "../config/agent-config.ts";
import { toContainerOptions } from "../config/container-options.ts";
import { toMasterConfig } from "../config/master-config.ts";
import { LOCAL_FLAGS } from "../flags/local-flags.ts";
import type { ParsedFlags } from "../flags/parse-flags.ts";
import { refuseProtections } from "../flags/read-environment.ts";
import {
  agentDirectories,
  type LocalDirectories,
  localDirectories,
  masterDirectory,
  removeOurs,
} from "../local/directories.ts";
import { agentFlags, masterFlags } from "../local/local-flags.ts";
import { BroughtNetwork } from "../local/local-network.ts";
import { requirePlugins, USUAL_PLUGIN_DIRECTORIES } from "../local/plugin-directories.ts";
import { startLog } from "../start-log.ts";
import { parseCommand } from "./parse-command.ts";
import { firstSignal } from "./signals.ts";
import { configIo, logIneffective } from "./start.ts";

/** Milliseconds between two looks whether all agents are registered. */
const REGISTERED_INTERVAL_MS = 20;

/** Milliseconds until they must be: an agent waits a random part of a second, then the master writes its registry. */
const REGISTERED_TIMEOUT_MS = 60_000;

/** Tasks of every user have their sandboxes below it. */
const WORK_DIR_MODE = 0o755;

type Flags = ParsedFlags<typeof LOCAL_FLAGS>;

/** `fairlead local`: a master and agents in one process, until it is told to stop. It leaves nothing: no task, network or temporary directory. */
export async function runLocal(argv: readonly string[]): Promise<number> {
  const flags = parseCommand(
    "fairlead local [flags]",
    "Runs a master and agents in one process, with a network named `fairlead` where no --network_cni_config_dir is given. Prints `ready <url>` when all agents are registered.",
    LOCAL_FLAGS,
    argv,
  );
  if (flags === undefined) return 0;
  refuseProtections(process.env);
  const log = startLog("local", flags.values);
  logIneffective(flags, log);
  const told = firstSignal();

  await using stack = new AsyncDisposableStack();
  const directories = await localDirectories(flags.values);
  // another `local` may be at work in directories with a name
  let isAlone = flags.values.work_dir === undefined;
  stack.defer(async () => {
    if (isAlone) await removeOurs(directories, flags.values.agents, log);
  });
  // before the master makes its own below it, with all that is missing above, which nobody else may enter
  await ensureDirectory(directories.workDir, WORK_DIR_MODE);
  const { ip, url } = await startMaster(flags, directories, stack, log);
  // it holds their lock; so what there is of a network is not in use either
  isAlone = true;
  const network = await findNetwork(flags.values, directories, stack, log);
  const agents = await startAgents(flags, { directories, network, ip, url }, stack, log);

  const ended = Promise.race(agents.map(({ agent }) => agent.end));
  const stop = Promise.race([told, ended]);
  const ready = allRegistered(agents, systemClock);
  if (await Promise.race([ready.then(() => true), stop.then(() => false)])) process.stdout.write(`ready ${url}\n`);
  const why = await stop;
  log.info({ why }, "Everything is taken down");
  if (typeof why === "object" && why.why === "refused") throw new FairleadError("AGENT_REFUSED", why.message);
  return 0;
}

/** Where the networks of the tasks are configured: in the directory that is given, else in the one that this `local` brings. */
async function findNetwork(
  values: Flags["values"],
  directories: LocalDirectories,
  stack: AsyncDisposableStack,
  log: Logger,
): Promise<{ configDir: string; pluginsDir: string }> {
  const pluginsDir = values.network_cni_plugins_dir ?? USUAL_PLUGIN_DIRECTORIES;
  if (values.network_cni_config_dir !== undefined) return { configDir: values.network_cni_config_dir, pluginsDir };
  requirePlugins(pluginsDir);
  const brought = await BroughtNetwork.bring(directories, runCommand, log);
  stack.defer(() => brought.remove());
  return { configDir: brought.configDir, pluginsDir };
}

/** Returns where the master listens, and its URL. */
async function startMaster(
  flags: Flags,
  directories: LocalDirectories,
  stack: AsyncDisposableStack,
  log: Logger,
): Promise<{ ip: string; url: string }> {
  const config = await toMasterConfig(masterFlags(flags, masterDirectory(directories)), configIo(log));
  const { ip, port, close } = await composeMaster(config, { log: log.with({ part: "master" }) });
  stack.defer(close);
  return { ip, url: `http://${config.advertiseIp ?? ip}:${port}` };
}

interface Surroundings {
  readonly directories: LocalDirectories;
  readonly network: { readonly configDir: string; readonly pluginsDir: string };
  readonly ip: string;
  readonly url: string;
}

async function startAgents(
  flags: Flags,
  { directories, network, ip, url }: Surroundings,
  stack: AsyncDisposableStack,
  log: Logger,
): Promise<readonly RunningAgent[]> {
  const agents: RunningAgent[] = [];
  // All at once: each of them may need some seconds for its tasks.
  stack.defer(async () => void (await Promise.all(agents.map((agent) => agent.close({ endTasks: true })))));
  for (let index = 0; index < flags.values.agents; index++) {
    const own = agentFlags(flags, {
      index,
      ip,
      master: new URL(url).host,
      ...agentDirectories(directories, index),
      network_cni_config_dir: network.configDir,
      network_cni_plugins_dir: network.pluginsDir,
    });
    const agentLog = log.with({ part: `agent-${index + 1}` });
    const config = await toAgentConfig(own, configIo(agentLog));
    agents.push(await composeAgent(config, toContainerOptions(own.values), { log: agentLog }));
  }
  return agents;
}

async function allRegistered(agents: readonly RunningAgent[], clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonic() + REGISTERED_TIMEOUT_MS;
  while (!agents.every(({ agent }) => agent.registered)) {
    if (clock.monotonic() > deadlineMs) {
      throw new FairleadError("MASTER_UNREACHABLE", `not all agents could register within ${REGISTERED_TIMEOUT_MS} ms`);
    }
    await sleep(clock, REGISTERED_INTERVAL_MS);
  }
}
