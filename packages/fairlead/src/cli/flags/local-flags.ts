import { AGENT_FLAGS } from "./agent-flags.ts";
import { served } from "./flag.ts";
import { integer, path, port } from "./kind.ts";
import { MASTER_FLAGS } from "./master-flags.ts";

/** More would be a bench, not a cluster to work with: each agent opens a port and two databases. */
const MAX_AGENTS = 64;

const { master: _master, ...agentFlags } = AGENT_FLAGS;

/** The flags of `fairlead local`: those of master and agent together; a flag that both have goes to both. */
export const LOCAL_FLAGS = {
  ...agentFlags,
  ...MASTER_FLAGS,
  agents: served(integer(1, MAX_AGENTS), "Agents to run.", { default: "1" }),
  port: served(port, "Port of the master.", { default: "5050" }),
  agent_port: served(port, "Port of the first agent; the others take the next ones.", { default: "5051" }),
  work_dir: served(
    path,
    "Directory of the sandboxes and of all state; without it a temporary one, which is removed at the end.",
  ),
  runtime_dir: served(path, "Directory of what lives until the next boot; without it one below `/run/fairlead`."),
};
