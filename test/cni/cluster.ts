import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { scheduler, TaskState, type TaskStatus } from "@fairlead/mesos-api";
import { type FrameworkOptions, type shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { Workspace } from "../support/workspace.ts";
import { RunningTask } from "./running-task.ts";

type TaskInit = ReturnType<typeof shellTask>;

/** What is left of a task. */
export interface EndedTask {
  readonly status: TaskStatus;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `fairlead local` with one framework. The tests of a file share it, each with tasks of its own. */
export class Cluster {
  readonly workspace: Workspace;
  readonly framework: TestFramework;

  private constructor(workspace: Workspace, framework: TestFramework) {
    this.workspace = workspace;
    this.framework = framework;
  }

  static async start(t: TestContext, ...flags: readonly string[]): Promise<Cluster> {
    const workspace = new Workspace(t);
    t.after(() => {
      // the workspace has ended the local by now; it removes nothing that something is mounted in
      assert.equal(existsSync(workspace.directory), false, "containers are left");
    });
    await workspace.startLocal(...flags);
    const cluster = new Cluster(workspace, new TestFramework("127.0.0.1:5050"));
    await cluster.framework.subscribe();
    return cluster;
  }

  /** One more framework; this one gets no offers any more, so that the other gets them all. */
  async subscribe(info: FrameworkOptions["info"]): Promise<Cluster> {
    // with the offer of the only agent in hand, none is on its way
    const offer = await this.framework.offer();
    await this.framework.call({ type: scheduler.Call_Type.SUPPRESS, suppress: {} });
    await this.framework.call({ type: scheduler.Call_Type.DECLINE, decline: { offerIds: [offer.id!] } });
    const cluster = new Cluster(this.workspace, new TestFramework("127.0.0.1:5050", { info: info! }));
    await cluster.framework.subscribe();
    return cluster;
  }

  /** Launches a task and waits until it runs. */
  async run(init: TaskInit): Promise<RunningTask> {
    const id = taskIdOf(init);
    await this.framework.launch(init);
    const status = await this.framework.update(id, TaskState.TASK_RUNNING, ...TERMINAL_STATES);
    assert.equal(TaskState[status.state], "TASK_RUNNING", `${id}: ${status.message}`);
    return new RunningTask(id, status, (containerId) => this.workspace.cniPath(containerId));
  }

  /** Launches a task and waits until it has ended. */
  async finish(init: TaskInit): Promise<EndedTask> {
    await this.framework.launch(init);
    return await this.ended(taskIdOf(init));
  }

  /** Launches a task that must do well, and gives what it printed. */
  async output(init: TaskInit): Promise<string> {
    const { status, stdout, stderr } = await this.finish(init);
    assert.equal(TaskState[status.state], "TASK_FINISHED", `${taskIdOf(init)}: ${status.message}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Kills a task and waits until it has ended. */
  async kill(taskId: string, gracePeriodMs?: number): Promise<EndedTask> {
    await this.framework.kill(taskId, gracePeriodMs);
    return await this.ended(taskId);
  }

  async ended(taskId: string): Promise<EndedTask> {
    const status = await this.framework.update(taskId, ...TERMINAL_STATES);
    return { status, stdout: this.sandboxFile(status, "stdout"), stderr: this.sandboxFile(status, "stderr") };
  }

  /** The states that a framework has heard of, in order. */
  states(taskId: string): string[] {
    return this.framework.updates
      .filter((status) => status.taskId?.value === taskId)
      .map(({ state }) => TaskState[state] ?? String(state));
  }

  /** The sandbox of the only run of a command task, in the tree that Mesos has. */
  sandbox({ agentId, taskId }: TaskStatus): string {
    const run = ["frameworks", this.framework.id, "executors", taskId!.value, "runs/latest"];
    return this.workspace.path("work/slaves", agentId!.value, ...run);
  }

  /** Empty where a failed launch has left none. */
  sandboxFile(status: TaskStatus, name: string): string {
    try {
      return readFileSync(join(this.sandbox(status), name), "utf8");
    } catch {
      return "";
    }
  }
}

function taskIdOf({ taskId }: TaskInit): string {
  return taskId?.value ?? "";
}
