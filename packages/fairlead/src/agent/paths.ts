import { join } from "node:path";
import type { AgentId, ContainerId, ExecutorId, FrameworkId } from "@fairlead/mesos-api";

/**
 * The agent's work directory, with Mesos's names:
 *
 *     <work_dir>/
 *       meta/                                    0700
 *         agent.db                               the checkpoint
 *         slaves/latest -> <S>                   the agent's id; without it the agent starts anew
 *         slaves/<S>/
 *       slaves/latest -> <S>
 *       slaves/<S>/frameworks/<F>/executors/<E>/
 *         runs/latest -> <C>
 *         runs/<C>/                              the sandbox, 0750, the task's user's: stdout, stderr
 */
export interface RunPath {
  readonly agentId: AgentId;
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  readonly containerId: ContainerId;
}

export const metaDir = (workDir: string): string => join(workDir, "meta");

export const checkpointPath = (workDir: string): string => join(metaDir(workDir), "agent.db");

export const metaAgentDir = (workDir: string, agentId: AgentId): string => join(metaDir(workDir), "slaves", agentId);

export const metaLatestLink = (workDir: string): string => join(metaDir(workDir), "slaves", "latest");

export const agentsDir = (workDir: string): string => join(workDir, "slaves");

export const agentDir = (workDir: string, agentId: AgentId): string => join(agentsDir(workDir), agentId);

export const latestLink = (workDir: string): string => join(agentsDir(workDir), "latest");

export const frameworkDir = (workDir: string, agentId: AgentId, frameworkId: FrameworkId): string =>
  join(agentDir(workDir, agentId), "frameworks", frameworkId);

export const executorDir = (workDir: string, run: Omit<RunPath, "containerId">): string =>
  join(frameworkDir(workDir, run.agentId, run.frameworkId), "executors", run.executorId);

export const runDir = (workDir: string, run: RunPath): string =>
  join(executorDir(workDir, run), "runs", run.containerId);

export const latestRunLink = (workDir: string, run: RunPath): string =>
  join(executorDir(workDir, run), "runs", "latest");
