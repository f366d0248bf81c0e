import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import type { CrashPoint } from "fairlead/base/crash-points.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { assertAftermath, type End, EXITED, NEVER_RAN } from "./aftermath.ts";
import { ChaosCluster } from "./chaos-cluster.ts";
import { within } from "./within.ts";

inHostLikeNamespaces(import.meta.filename);

/** Where the agent is killed at first, and where those after it, each of which finds what the ones before have left. */
interface Series {
  readonly first: CrashPoint;
  readonly again: readonly CrashPoint[];
  /** Whether the command ends while no agent is there. */
  readonly endsMeanwhile?: boolean;
  readonly end: End | undefined;
}

const UNDOING: readonly CrashPoint[] = [
  "cni-deleted",
  "cni-conf-removed",
  "netns-released",
  "destroy-begun",
  "processes-killed",
  "runtime-deleted",
  "container-files-removed",
  "status-terminal-stored",
];

const SERIES: readonly Series[] = [
  // the recovery takes a container down that never ran: cut at one step, and at all of them, one after the other
  { first: "container-pid-stored", again: ["destroy-begun"], end: NEVER_RAN },
  { first: "container-pid-stored", again: ["container-files-removed"], end: NEVER_RAN },
  { first: "container-pid-stored", again: UNDOING, end: NEVER_RAN },
  { first: "cni-added", again: ["cni-deleted", "cni-deleted"], end: NEVER_RAN },
  // it goes on with one that was made
  { first: "status-starting-stored", again: ["container-started"], end: undefined },
  { first: "status-starting-stored", again: ["status-running-stored"], end: undefined },
  // it learns of an end
  { first: "status-running-stored", again: ["exit-observed"], endsMeanwhile: true, end: EXITED },
  { first: "status-running-stored", again: ["status-terminal-stored"], endsMeanwhile: true, end: EXITED },
  { first: "exit-observed", again: ["processes-killed", "netns-released"], endsMeanwhile: true, end: EXITED },
  { first: "destroy-begun", again: ["status-terminal-acknowledged", "task-removed"], endsMeanwhile: true, end: EXITED },
];

const PORT = 31_100;

test("an agent that is killed again while it recovers", async (t) => {
  const cluster = await ChaosCluster.start(t);
  const lasting = await cluster.framework(true);
  await cluster.startAgent();
  await cluster.launch(lasting, cluster.task("resident", PORT - 1));
  await lasting.update("resident", TaskState.TASK_RUNNING);
  const before = cluster.traces();
  await cluster.endAgent("SIGKILL");

  let crashes = 0;
  for (const [index, { first, again, endsMeanwhile = false, end }] of SERIES.entries()) {
    await t.test(`${first}, then ${again.join(", ")}`, async () => {
      const taskId = `cut-${index}`;
      const framework = await cluster.framework(true);
      const agent = cluster.startFatalAgent(first);
      await cluster.launch(framework, cluster.task(taskId, PORT));
      if (endsMeanwhile && first !== "status-running-stored") {
        await within(`TASK_RUNNING of ${taskId}`, framework.update(taskId, TaskState.TASK_RUNNING));
        cluster.letEnd(taskId);
      }
      await cluster.crashedAt(agent, first);
      if (endsMeanwhile) cluster.letEnd(taskId);
      for (const point of again) await cluster.crashedAt(cluster.startFatalAgent(point), point);
      await cluster.startAgent();
      await assertAftermath(cluster, framework, { taskId, end, before, port: PORT });
      await cluster.dismiss(framework);
      crashes += 1 + again.length;
    });
    await cluster.endAgent("SIGKILL");
  }
  t.diagnostic(`${crashes} crashes`);

  await cluster.startAgent();
  await lasting.kill("resident");
  await lasting.update("resident", TaskState.TASK_KILLED);
  await cluster.dismiss(lasting);
});
