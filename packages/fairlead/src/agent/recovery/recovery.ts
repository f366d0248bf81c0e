import { type AgentId, type AgentInfo, type FrameworkInfo, parseAgentId } from "@fairlead/mesos-api";
import { errorText, FairleadError } from "../../base/errors.ts";
import type { Store } from "../../base/store/store.ts";
import type { ContainerConfig } from "../../containerizer/containerizer.ts";
import { incompatibility } from "../agent-info.ts";
import { readLatestAgent } from "../checkpoint/latest-link.ts";
import { readCheckpoint, type Stored, type StoredRun, type StoredTask } from "../checkpoint/read-checkpoint.ts";
import type { AgentContext } from "../context.ts";
import { metaLatestLink, runDir } from "../paths.ts";
import { Executor } from "../state/executor.ts";
import { withoutForwarded } from "../state/task.ts";
import { type LedTask, leadTask } from "../tasks/lead-task.ts";
import { containerOf } from "../tasks/run-task.ts";
import { type Fate, fateOf } from "./fate.ts";
import { rebuild } from "./rebuild.ts";

/** Who the agent is after a start. */
export interface Identity {
  /** Undefined: it registers as a new agent. */
  readonly agentId: AgentId | undefined;
  readonly stored: Pick<Stored, "frameworks" | "runs">;
  readonly rebooted: boolean;
}

const NOTHING = { frameworks: new Map(), runs: [] };

/**
 * Finds out who the agent was, from its checkpoint; from the `latest` link and the containers' records where that is lost.
 *
 * Errors: STORE_FAILED, AGENT_INCOMPATIBLE (resources, attributes, … differ from those it was registered with).
 */
export async function identify(
  context: AgentContext,
  store: Store,
  info: AgentInfo,
  bootId: string,
): Promise<Identity> {
  const { workDir } = context.config;
  const stored = await readCheckpoint(store, context.log);
  context.counters.recoveryErrors += stored.errors;
  const latest = await readLatestAgent(workDir);
  const rebooted = stored.bootId !== undefined && stored.bootId !== bootId;
  if (latest === undefined) {
    if (stored.info !== undefined)
      context.log.info({}, "the link to the latest agent was removed: this is a new agent");
    return forget(context);
  }
  if (stored.info === undefined) {
    context.log.warn(
      { agentId: latest },
      "the checkpoint is lost; it is rebuilt from the containers and their records",
    );
    context.counters.recoveryErrors++;
    return { agentId: latest, stored: await restore(context, latest), rebooted: false };
  }
  const change = incompatibility(stored.info, info);
  if (change === undefined) return { agentId: parseAgentId(stored.info.id?.value ?? ""), stored, rebooted };
  if (!rebooted) {
    throw new FairleadError(
      "AGENT_INCOMPATIBLE",
      `${change}; start the agent as before, or remove ${metaLatestLink(workDir)}: then its tasks are ended and it registers as a new agent`,
    );
  }
  context.log.warn({ change }, "the machine was changed while it was down: this is a new agent");
  return forget(context);
}

async function forget(context: AgentContext): Promise<Identity> {
  await context.checkpoint.clear();
  return { agentId: undefined, stored: NOTHING, rebooted: false };
}

/** Nothing of what is rebuilt may be lost a second time: it is on disk before the agent goes on. */
async function restore(context: AgentContext, agentId: AgentId): Promise<Identity["stored"]> {
  const rebuilt = rebuild(context.config.workDir, agentId, await context.containerizer.records());
  await context.checkpoint.clear();
  for (const run of rebuilt.runs) {
    const framework = rebuilt.frameworks.get(run.frameworkId)!;
    for (const { taskId, info, task } of run.tasks) {
      await context.checkpoint.putTask(run, taskId, { framework, executor: run.executor, info, task });
    }
  }
  return rebuilt;
}

interface Recovered extends LedTask {
  readonly fate: Fate;
  readonly config: ContainerConfig | undefined;
}

/** Takes up the tasks of the run before: containers that go on are found again, all others are taken down. */
export async function recoverTasks(context: AgentContext, identity: Identity): Promise<void> {
  const recovered: Recovered[] = [];
  for (const run of identity.stored.runs) {
    const framework = identity.stored.frameworks.get(run.frameworkId);
    const [task] = run.tasks;
    const fate = task === undefined ? undefined : fateOf(task, identity.rebooted);
    if (framework === undefined || task === undefined || fate === undefined || fate.kind === "done") {
      await dropRun(context, run);
    } else {
      recovered.push(adopt(context, identity.agentId!, framework, run, task, fate));
    }
  }
  const known = recovered.map((task) => task.config).filter((config) => config !== undefined);
  await context.containerizer.recover(known);
  // told to stop meanwhile: whoever comes next takes them up
  if (context.closed()) return;
  for (const task of recovered) takeUp(context, task);
  await dropIdleFrameworks(context, identity);
}

function adopt(
  context: AgentContext,
  agentId: AgentId,
  frameworkInfo: FrameworkInfo,
  run: StoredRun,
  stored: StoredTask,
  fate: Fate,
): Recovered {
  const framework = context.frameworks.ensure(run.frameworkId, frameworkInfo);
  const executor = new Executor({
    id: run.executorId,
    info: run.executor,
    isCommandExecutor: true,
    containerId: run.containerId,
    directory: runDir(context.config.workDir, { agentId, ...run }),
    frameworkId: frameworkInfo.id!,
    checkpointed: true,
  });
  executor.adopt(stored.taskId, withoutForwarded(stored.task));
  framework.executors.set(executor.id, executor);
  for (const { number, status } of stored.updates) {
    context.checkpoint.adoptUpdate(run, stored.taskId, number, status);
    context.streams.append(framework.id, stored.taskId, status);
  }
  executor.ended = fate.kind === "ended";
  const led = { framework, executor, taskId: stored.taskId, info: stored.info };
  return { ...led, fate, config: fate.kind === "resumed" ? containerOf(context, led) : undefined };
}

function takeUp(context: AgentContext, task: Recovered): void {
  const { fate } = task;
  context.log.info(
    { frameworkId: task.framework.id, taskId: task.taskId, containerId: task.executor.containerId, fate: fate.kind },
    "a task of the agent's run before is taken up",
  );
  if (fate.kind === "resumed") {
    leadTask(context, task, neverPrepared, (leader) => leader.resume(fate.point));
  } else if (fate.kind === "lost") {
    leadTask(context, task, neverPrepared, (leader) => leader.conclude(fate.ending));
  }
}

/** A recovered container was prepared by the run before. */
function neverPrepared(): Promise<never> {
  throw new TypeError("a recovered container is not prepared again");
}

async function dropRun(context: AgentContext, run: StoredRun): Promise<void> {
  const taskIds = run.tasks.map((task) => task.taskId);
  await context.checkpoint.removeRun(run, taskIds).catch((error: unknown) => {
    context.log.warn(
      { ...keyOf(run), err: errorText(error) },
      "a completed executor stays in the checkpoint until the next start",
    );
  });
}

function keyOf({ frameworkId, executorId, containerId }: StoredRun) {
  return { frameworkId, executorId, containerId };
}

async function dropIdleFrameworks(context: AgentContext, identity: Identity): Promise<void> {
  for (const id of identity.stored.frameworks.keys()) {
    if (context.frameworks.active.has(id)) continue;
    await context.checkpoint.removeFramework(id).catch((error: unknown) => {
      context.log.warn(
        { frameworkId: id, err: errorText(error) },
        "a completed framework stays in the checkpoint until the next start",
      );
    });
  }
}
