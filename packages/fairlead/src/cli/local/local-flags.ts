import type { AgentFlags } from "../config/agent-config.ts";
import type { MasterFlags } from "../config/master-config.ts";
import { AGENT_FLAGS } from "../flags/agent-flags.ts";
import type { FlagTable, FlagValues } from "../flags/flag.ts";
import type { LOCAL_FLAGS } from "../flags/local-flags.ts";
import { MASTER_FLAGS } from "../flags/master-flags.ts";
import type { ParsedFlags } from "../flags/parse-flags.ts";
import { agentPorts } from "./agent-ports.ts";

type Parsed = Pick<ParsedFlags<typeof LOCAL_FLAGS>, "texts" | "values">;

/** The flags of the master of a `local`, as if it had been started with them. */
export function masterFlags({ values, texts }: Parsed, workDir: string): { values: MasterFlags; texts: Texts } {
  return { values: { ...values, work_dir: workDir }, texts: textsOf(MASTER_FLAGS, texts, { work_dir: workDir }) };
}

/** What an agent of a `local` has for itself. */
export interface AgentOwn {
  readonly index: number;
  /** Where the master listens already. */
  readonly ip: string;
  readonly master: string;
  readonly work_dir: string;
  readonly runtime_dir: string;
  readonly network_cni_config_dir: string;
  readonly network_cni_plugins_dir: string;
}

/** The flags of one of the agents of a `local`, as if it had been started with them. */
export function agentFlags(
  { values, texts }: Parsed,
  { index, ...own }: AgentOwn,
): { values: AgentFlags; texts: Texts } {
  const port = values.agent_port === 0 ? 0 : values.agent_port + index;
  const resources = agentResources(values, index);
  const changed = { ...own, port, resources, ip_discovery_command: undefined };
  return { values: { ...values, ...changed }, texts: textsOf(AGENT_FLAGS, texts, changed) };
}

/** Agents that share a machine must not give out the same ports. */
function agentResources({ resources, agents }: FlagValues<typeof LOCAL_FLAGS>, index: number): string | undefined {
  if (agents === 1) return resources;
  if (resources === undefined) return agentPorts(index);
  // Whoever writes JSON, or names the ports, says what every agent offers.
  return resources.trimStart().startsWith("[") || /\bports\b/.test(resources)
    ? resources
    : `${resources};${agentPorts(index)}`;
}

type Texts = ReadonlyMap<string, string>;

function textsOf(
  table: FlagTable,
  texts: Texts,
  changed: Readonly<Record<string, string | number | undefined>>,
): Texts {
  const own = new Map([...texts].filter(([name]) => name in table));
  for (const [name, value] of Object.entries(changed)) {
    if (value !== undefined) own.set(name, String(value));
  }
  return own;
}
