import { getJson } from "../client/get-json.ts";
import { LIST_FLAGS } from "../flags/execute-flags.ts";
import { formatTable } from "../table.ts";
import { parseCommand } from "./parse-command.ts";

interface Agent {
  readonly id: string;
  readonly hostname: string;
  readonly pid: string;
  readonly active: boolean;
  readonly resources: Readonly<Record<string, unknown>>;
  readonly used_resources: Readonly<Record<string, unknown>>;
}

/** `fairlead agent list`: every agent that is registered with the master. */
export async function runAgentList(argv: readonly string[]): Promise<number> {
  const flags = parseCommand("fairlead agent list [flags]", "Lists the agents of a cluster.", LIST_FLAGS, argv);
  if (flags === undefined) return 0;
  const answer = await getJson(flags.values.master, "/slaves");
  process.stdout.write(
    flags.values.json ? `${JSON.stringify(answer)}\n` : agentTable((answer as { slaves: Agent[] }).slaves),
  );
  return 0;
}

/** The agents as a table; resources are what is used of what there is. */
export function agentTable(agents: readonly Agent[]): string {
  const rows = agents.map((agent) => [
    agent.id,
    agent.hostname,
    agent.pid.replace(/^.*@/, ""),
    agent.active ? "active" : "inactive",
    ...["cpus", "mem", "disk"].map((name) => `${amount(agent.used_resources[name])}/${amount(agent.resources[name])}`),
  ]);
  return formatTable(["ID", "HOST", "ADDRESS", "STATE", "CPUS", "MEM", "DISK"], rows);
}

function amount(value: unknown): string {
  return typeof value === "number" ? String(Math.round(value * 1000) / 1000) : "0";
}
