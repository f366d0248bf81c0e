import type { scheduler } from "@fairlead/mesos-api";
import { killTask } from "../agents/events.ts";
import type { Core } from "../core.ts";
import type { Framework } from "../frameworks/framework.ts";
import { agentIdOf, taskIdOf } from "../ids.ts";
import { answerOne } from "./reconcile.ts";

/**
 * KILL: asks the agent to end a task, and remembers it, to ask again when the agent comes back. The state of an unknown task is told instead.
 *
 * Source: `Master::kill`.
 */
export function kill(core: Core, framework: Framework, call: scheduler.Call_Kill): void {
  core.counters.increment("messages_kill_task");
  const taskId = taskIdOf(call.taskId);
  const log = core.log.with({ frameworkId: framework.id, taskId });
  const task = framework.tasks.get(taskId);
  if (task === undefined) {
    log.warn({}, "cannot kill an unknown task; told its state instead");
    core.counters.increment("messages_reconcile_tasks");
    answerOne(core, framework, call.taskId, call.agentId);
    return;
  }
  if (call.agentId !== undefined && call.agentId.value !== task.agentId?.value) {
    log.warn({ agentId: call.agentId.value }, "dropped the kill of a task that is on another agent");
    return;
  }
  const agent = core.agents.get(agentIdOf(task.agentId));
  if (agent === undefined) throw new Error(`bug: task ${taskId} is on no agent`);
  agent.addKill(framework.id, taskId, call.killPolicy);
  if (agent.connected) agent.send(killTask(framework.id, taskId, call.killPolicy));
  else log.warn({ agentId: agent.id }, "the agent is away: it will be told to kill the task when it is back");
}
