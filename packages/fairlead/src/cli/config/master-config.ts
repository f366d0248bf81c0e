import type { Clock } from "../../base/clock.ts";
import { FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { MasterConfig } from "../../master/config.ts";
import type { FlagValues } from "../flags/flag.ts";
import type { MASTER_FLAGS } from "../flags/master-flags.ts";
import type { ParsedFlags } from "../flags/parse-flags.ts";
import { readAgentSecret } from "./agent-secret.ts";
import { advertisedIp, type Discover, listenIp } from "./listen-ip.ts";
import { reportedHostname } from "./reported-hostname.ts";

export type MasterFlags = FlagValues<typeof MASTER_FLAGS>;

/** What a configuration is made with, besides the flags. */
export interface ConfigIo {
  readonly log: Logger;
  readonly clock: Clock;
  readonly discover: Discover;
}

/** The configuration of a master. Errors: FLAG_INVALID, with the flags that do not go together. */
export async function toMasterConfig(
  { values, texts }: Pick<ParsedFlags<typeof MASTER_FLAGS>, "values" | "texts">,
  io: ConfigIo,
): Promise<MasterConfig> {
  const inMemory = values.registry === "in_memory";
  if (!inMemory && values.work_dir === undefined) {
    throw new FairleadError(
      "FLAG_INVALID",
      "--work_dir is missing: the registry is kept there; give a directory, or --registry=in_memory to lose it with the process",
      { data: { flag: "work_dir" } },
    );
  }
  const ip = await listenIp(values, io.discover, io.log);
  const advertiseIp = advertisedIp(values.advertise_ip, ip);
  return {
    ip,
    port: values.port,
    advertiseIp,
    advertisePort: values.advertise_port,
    hostname: await reportedHostname(values, advertiseIp ?? ip, io.clock),
    workDir: inMemory ? undefined : values.work_dir,
    cluster: values.cluster,
    domain: values.domain,
    allocationIntervalMs: values.allocation_interval,
    offerTimeoutMs: values.offer_timeout,
    agentPingTimeoutMs: values.agent_ping_timeout,
    maxAgentPingTimeouts: values.max_agent_ping_timeouts,
    agentReregisterTimeoutMs: values.agent_reregister_timeout,
    maxCompletedFrameworks: values.max_completed_frameworks,
    maxCompletedTasksPerFramework: values.max_completed_tasks_per_framework,
    maxUnreachableTasksPerFramework: values.max_unreachable_tasks_per_framework,
    roles: values.roles,
    weights: values.weights ?? new Map(),
    rootSubmissions: values.root_submissions,
    minAllocatableResources: values.min_allocatable_resources,
    filterGpuResources: values.filter_gpu_resources,
    agentSecret: await readAgentSecret(values.agent_secret, io.log),
    maxRequestBodyBytes: values.max_request_body_size,
    maxUnreadStreamBytes: values.max_unread_stream_size,
    flags: texts,
  };
}
