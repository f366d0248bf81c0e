import { parseResources, type Resource, validateResource } from "@fairlead/mesos-api";
import type { AgentConfig } from "../../agent/config.ts";
import { type Machine, readMachine } from "../../agent/machine.ts";
import { completeResources } from "../../agent/resources.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { AGENT_FLAGS } from "../flags/agent-flags.ts";
import type { FlagValues } from "../flags/flag.ts";
import type { ParsedFlags } from "../flags/parse-flags.ts";
import { readAgentSecret } from "./agent-secret.ts";
import { advertisedIp, listenIp, reportedIp6 } from "./listen-ip.ts";
import type { ConfigIo } from "./master-config.ts";
import { reportedHostname } from "./reported-hostname.ts";

export type AgentFlags = FlagValues<typeof AGENT_FLAGS>;

/** The configuration of an agent. Errors: FLAG_INVALID, with the flag that is missing or does not fit, or the resource that is none. */
export async function toAgentConfig(
  { values, texts }: Pick<ParsedFlags<typeof AGENT_FLAGS>, "values" | "texts">,
  io: ConfigIo,
  lookAtMachine: (workDir: string) => Promise<Machine> = readMachine,
): Promise<AgentConfig> {
  const master = needed("master", values.master, "give the master's host:port");
  const workDir = needed("work_dir", values.work_dir, "give a directory for the sandboxes, such as /var/lib/mesos");
  if (workDir === values.runtime_dir) {
    throw new FairleadError(
      "FLAG_INVALID",
      "--runtime_dir: it is the --work_dir; give another directory, whose content is gone with the next boot",
      { data: { flag: "runtime_dir" } },
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
    ip6: await reportedIp6(values, io.discover),
    master,
    workDir,
    runtimeDir: values.runtime_dir,
    resources: completeResources(
      givenResources(values.resources, values.default_role),
      await lookAtMachine(workDir),
      values.default_role,
    ),
    attributes: values.attributes ?? [],
    domain: values.domain,
    switchUser: values.switch_user,
    executorShutdownGracePeriodMs: values.executor_shutdown_grace_period,
    registrationBackoffFactorMs: values.registration_backoff_factor,
    agentSecret: await readAgentSecret(values.agent_secret, io.log),
    maxCompletedExecutorsPerFramework: values.max_completed_executors_per_framework,
    gcDelayMs: values.gc_delay,
    recover: values.recover,
    maxRequestBodyBytes: values.max_request_body_size,
    flags: texts,
  };
}

function needed<T>(flag: string, value: T | undefined, remedy: string): T {
  if (value === undefined) {
    throw new FairleadError("FLAG_INVALID", `--${flag} is missing; ${remedy}`, { data: { flag } });
  }
  return value;
}

function givenResources(text: string | undefined, defaultRole: string): Resource[] {
  if (text === undefined) return [];
  const invalid = (reason: string, cause?: unknown) =>
    new FairleadError("FLAG_INVALID", `--resources: ${reason}; give resources such as cpus:4;mem:2048`, {
      data: { flag: "resources" },
      cause,
    });
  let resources: Resource[];
  try {
    resources = parseResources(text, { defaultRole });
  } catch (error) {
    throw invalid(errorText(error), error);
  }
  for (const resource of resources) {
    const problem = validateResource(resource);
    if (problem !== undefined) throw invalid(problem);
  }
  return resources;
}
