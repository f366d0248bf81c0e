import {
  type AgentInfo,
  type AgentInfo_Capability,
  AgentInfo_Capability_Type,
  AgentInfo_CapabilitySchema,
  AgentInfoSchema,
  AttributeSchema,
  create,
  DomainInfoSchema,
  equals,
  internal,
  Resources,
} from "@fairlead/mesos-api";
import type { AgentConfig } from "./config.ts";

/** Where the agent's server listens. */
export interface AgentAddress {
  readonly ip: string;
  readonly port: number;
}

/** The address that others are told: the advertised one where it differs from the one that is listened on. */
export function advertised(config: AgentConfig, address: AgentAddress): AgentAddress {
  return { ip: config.advertiseIp ?? address.ip, port: config.advertisePort ?? address.port };
}

/** An AgentInfo without id. */
export function toAgentInfo(config: AgentConfig, address: AgentAddress): AgentInfo {
  const { ip, port } = advertised(config, address);
  return create(AgentInfoSchema, {
    hostname: config.hostname ?? ip,
    port,
    resources: [...config.resources],
    attributes: [...config.attributes],
    ...(config.domain === undefined ? {} : { domain: config.domain }),
  });
}

export function agentPid(address: AgentAddress): string {
  const host = address.ip.includes(":") ? `[${address.ip}]` : address.ip;
  return `slave(1)@${host}:${address.port}`;
}

const CAPABILITIES = [
  AgentInfo_Capability_Type.MULTI_ROLE,
  AgentInfo_Capability_Type.HIERARCHICAL_ROLE,
  AgentInfo_Capability_Type.RESERVATION_REFINEMENT,
  AgentInfo_Capability_Type.TASK_RESOURCE_LIMITS,
] as const;

export const AGENT_CAPABILITIES: readonly AgentInfo_Capability[] = CAPABILITIES.map((type) =>
  create(AgentInfo_CapabilitySchema, { type }),
);

/** What this agent can run. */
export const AGENT_FEATURES: readonly internal.Feature[] = [internal.Feature.COMMAND_TASKS];

/**
 * Why an agent that was registered with `before` cannot go on under the same id with `now`; undefined when it can.
 *
 * Source: --reconfiguration_policy=equal of Mesos, `src/slave/compatibility.cpp`.
 */
export function incompatibility(before: AgentInfo, now: AgentInfo): string | undefined {
  const changes = [
    before.hostname === now.hostname ? undefined : `hostname from '${before.hostname}' to '${now.hostname}'`,
    before.port === now.port ? undefined : `port from ${before.port} to ${now.port}`,
    Resources.of(before.resources).equals(Resources.of(now.resources)) ? undefined : "resources",
    sameAttributes(before, now) ? undefined : "attributes",
    sameDomain(before, now) ? undefined : "domain",
  ].filter((change) => change !== undefined);
  return changes.length === 0 ? undefined : `Incompatible agent info detected: changed ${changes.join(", ")}`;
}

function sameAttributes(before: AgentInfo, now: AgentInfo): boolean {
  return (
    before.attributes.length === now.attributes.length &&
    before.attributes.every((attribute, i) => equals(AttributeSchema, attribute, now.attributes[i]!))
  );
}

function sameDomain(before: AgentInfo, now: AgentInfo): boolean {
  if (before.domain === undefined || now.domain === undefined) return before.domain === now.domain;
  return equals(DomainInfoSchema, before.domain, now.domain);
}
