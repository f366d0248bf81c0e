import {
  type ContainerStatus,
  ContainerStatusSchema,
  type ResourceStatistics,
  ResourceStatisticsSchema,
  v0,
  writeJson,
} from "@fairlead/mesos-api";
import { type Clock, withDeadline } from "../../base/clock.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { AgentExecutorView, AgentFrameworkView, AgentView } from "../entities.ts";
import { CONTAINER_QUERY_TIMEOUT_MS, MAX_CONTAINER_QUERIES } from "./limits.ts";

/** A container of an executor with what could be learned about it. */
export interface ContainerReport {
  readonly framework: AgentFrameworkView;
  readonly executor: AgentExecutorView;
  readonly status?: ContainerStatus | undefined;
  readonly statistics?: ResourceStatistics | undefined;
}

/** Which containers are asked for; what is undefined selects all. */
export interface ContainerFilter {
  readonly containerId?: string | undefined;
  readonly frameworkId?: string | undefined;
  readonly executorId?: string | undefined;
}

/** The filter that a query of `/containers` names, or why it names none, in Mesos's words. */
export function parseContainerFilter(query: URLSearchParams): ContainerFilter | string {
  const containerId = query.get("container_id") ?? undefined;
  const frameworkId = query.get("framework_id") ?? undefined;
  const executorId = query.get("executor_id") ?? undefined;
  const alone = frameworkId === undefined && executorId === undefined;
  if ((containerId !== undefined && !alone) || (executorId !== undefined && frameworkId === undefined)) {
    return "Supported query parameters are container_id only, framework_id only, or executor_id and framework_id only";
  }
  return { containerId, frameworkId, executorId };
}

/**
 * Asks about all living containers of executors that `filter` selects, some at a time. What cannot be learned of one (it is just ending, or
 * it does not answer in time) is missing from its report.
 */
export async function reportContainers(
  agent: AgentView,
  filter: ContainerFilter,
  want: { status: boolean; statistics: boolean },
  { clock, log }: { clock: Clock; log: Logger },
): Promise<ContainerReport[]> {
  const reports: ContainerReport[] = selectExecutors(agent, filter);
  const next = reports.entries();
  const ask = async <T>(what: string, executor: AgentExecutorView, work: Promise<T>): Promise<T | undefined> => {
    try {
      return await withDeadline(clock, CONTAINER_QUERY_TIMEOUT_MS, work, () => new FairleadError("BUSY", "no answer"));
    } catch (error) {
      log.debug(
        { containerId: executor.containerId, executorId: executor.id, what, err: errorText(error) },
        "left what is not known of a container out of an answer",
      );
      return undefined;
    }
  };
  const worker = async () => {
    for (const [index, { framework, executor }] of next) {
      const [status, statistics] = await Promise.all([
        want.status ? ask("status", executor, agent.containerStatus(executor.containerId)) : undefined,
        want.statistics ? ask("statistics", executor, agent.usage(executor.containerId)) : undefined,
      ]);
      reports[index] = { framework, executor, status, statistics };
    }
  };
  await Promise.all(Array.from({ length: MAX_CONTAINER_QUERIES }, worker));
  return reports;
}

function selectExecutors(agent: AgentView, filter: ContainerFilter): ContainerReport[] {
  const selected: ContainerReport[] = [];
  for (const framework of agent.frameworks.values()) {
    if (filter.frameworkId !== undefined && framework.id !== filter.frameworkId) continue;
    for (const executor of framework.executors.values()) {
      if (executor.ended) continue;
      if (filter.executorId !== undefined && executor.id !== filter.executorId) continue;
      if (filter.containerId !== undefined && executor.containerId !== filter.containerId) continue;
      selected.push({ framework, executor });
    }
  }
  return selected;
}

/** The document of `/containers`. The container's id is a text, its status has the generic form, under the name `status`. */
export function containersDocument(reports: readonly ContainerReport[]): string {
  return v0.jsonArray(reports, (report) =>
    v0.jsonObject([
      ...ownerMembers(report),
      ["container_id", v0.jsonString(report.executor.containerId)],
      ["status", report.status && writeJson(ContainerStatusSchema, report.status)],
      ["statistics", report.statistics && writeJson(ResourceStatisticsSchema, report.statistics)],
    ]),
  );
}

/** The document of `/monitor/statistics`: containers of which nothing could be measured are not listed. */
export function statisticsDocument(reports: readonly ContainerReport[]): string {
  return v0.jsonArray(
    reports.filter(({ statistics }) => statistics !== undefined),
    (report) =>
      v0.jsonObject([
        ...ownerMembers(report),
        ["statistics", report.statistics && writeJson(ResourceStatisticsSchema, report.statistics)],
      ]),
  );
}

function ownerMembers({ framework, executor }: ContainerReport): v0.Member[] {
  return [
    ["framework_id", v0.jsonString(framework.id)],
    ["executor_id", v0.jsonString(executor.id)],
    ["executor_name", v0.jsonString(executor.info.name)],
    ["source", v0.jsonString(executor.info.source)],
  ];
}
