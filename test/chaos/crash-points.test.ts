import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { CRASH_POINTS, type CrashPoint } from "fairlead/base/crash-points.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { TERMINAL_STATES } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { assertAftermath, type End, EXITED, NEVER_RAN, TERMINATED } from "./aftermath.ts";
import { ChaosCluster } from "./chaos-cluster.ts";
import { openFiles } from "./open-files.ts";
import type { Traces } from "./traces.ts";
import { within } from "./within.ts";

inHostLikeNamespaces(import.meta.filename);

/** What brings the agent to the point: the launch, a kill, or the command that ends by itself. */
type Cause = "launch" | "kill" | "exit";

interface Cut {
  readonly point: CrashPoint;
  readonly cause: Cause;
  readonly checkpoint: boolean;
}

const isBefore = (point: CrashPoint, other: CrashPoint): boolean =>
  CRASH_POINTS.indexOf(point) < CRASH_POINTS.indexOf(other);

/** Every point once for a task that would outlive its agent; the later ones also for a command that ends by itself, and for a framework that does not checkpoint. */
const CUTS: readonly Cut[] = CRASH_POINTS.flatMap((point): Cut[] => {
  if (isBefore(point, "status-starting-stored")) {
    const checkpointing: Cut = { point, cause: "launch", checkpoint: true };
    // whoever's task it is, its container is one that nobody wants: once before its record is there, and once with all there is
    const withBoth = point === "task-received" || point === "sandbox-created" || point === "container-pid-stored";
    return withBoth ? [checkpointing, { ...checkpointing, checkpoint: false }] : [checkpointing];
  }
  if (isBefore(point, "kill-sent")) {
    return [true, false].map((checkpoint) => ({ point, cause: "launch", checkpoint }));
  }
  const killed = [true, false].map((checkpoint): Cut => ({ point, cause: "kill", checkpoint }));
  return point === "kill-sent" ? killed : [...killed, { point, cause: "exit", checkpoint: true }];
});

/** A port of the host that the cut task asks for, and the next one again. */
const PORT = 31_100;

test("whatever point of a container's life its agent is killed at", async (t) => {
  const cluster = await ChaosCluster.start(t);
  const lasting = await cluster.framework(true);
  await cluster.startAgent();
  await cluster.launch(lasting, cluster.task("resident", PORT - 1));
  await lasting.update("resident", TaskState.TASK_RUNNING);
  const before = cluster.traces();
  await cluster.assertOnlyLivingExist("before the first crash");
  const lastingSandbox = cluster.sandboxes();
  await cluster.endAgent("SIGTERM");
  // one that has launched something has the network thread, and its files, too
  const { pid: unused } = await cluster.startAgent();
  await cluster.assertOnlyLivingExist("after a restart");
  const openBefore = openFiles(unused);
  await cluster.endAgent("SIGTERM");

  const reached = new Set<CrashPoint>();
  for (const [index, cut] of CUTS.entries()) {
    const how = `${cut.cause}${cut.checkpoint ? "" : ", without checkpoint"}`;
    await t.test(`${CRASH_POINTS.indexOf(cut.point) + 1} ${cut.point} (${how})`, async () => {
      await cutAndRecover(cluster, cut, `cut-${index}`, before);
      reached.add(cut.point);
    });
    await cluster.endAgent("SIGTERM");
  }
  assert.deepEqual(
    CRASH_POINTS.filter((point) => !reached.has(point)),
    [],
    "no point is left out, and none is in the list that is never called",
  );
  t.diagnostic(`${CRASH_POINTS.length} crash points, ${CUTS.length} crashes`);

  const { pid } = await cluster.startAgent("--gc_delay=1secs");
  await cluster.assertOnlyLivingExist("after the last crash");
  assert.deepEqual(
    lasting.updates.map(({ state, message }) => [TaskState[state], message]),
    [
      ["TASK_STARTING", ""],
      ["TASK_RUNNING", ""],
    ],
    "the task beside all this has not noticed",
  );
  await within(
    "the removal of old sandboxes",
    poll(() => cluster.sandboxes().join() === lastingSandbox.join()),
  );
  // what removes sandboxes has them open
  await within(
    `the same open files as those of an agent before, ${openBefore}`,
    poll(() => openFiles(pid).join() === openBefore.join()),
  );
  cluster.letEnd("resident");
  const end = await lasting.update("resident", ...TERMINAL_STATES);
  assert.equal(end.message, "Command exited with status 7");
  await cluster.dismiss(lasting);
});

async function cutAndRecover(cluster: ChaosCluster, cut: Cut, taskId: string, before: Traces): Promise<void> {
  const { point, cause, checkpoint } = cut;
  const framework = await cluster.framework(checkpoint);
  const agent = cluster.startFatalAgent(point);
  await cluster.launch(framework, cluster.task(taskId, PORT));
  if (cause !== "launch") {
    await within(`TASK_RUNNING of ${taskId}`, framework.update(taskId, TaskState.TASK_RUNNING));
    if (cause === "kill") await framework.kill(taskId);
    else cluster.letEnd(taskId);
  }
  await cluster.crashedAt(agent, point);

  await cluster.startAgent();
  await assertAftermath(cluster, framework, {
    taskId,
    end: runsOn(cut) ? undefined : expectedEnd(cut),
    before,
    port: PORT,
  });
  await cluster.dismiss(framework);
}

function runsOn({ point, cause, checkpoint }: Cut): boolean {
  return checkpoint && cause === "launch" && !isBefore(point, "status-starting-stored");
}

function expectedEnd({ point, cause, checkpoint }: Cut): End {
  const isTold = !isBefore(point, "status-terminal-acknowledged");
  if (!checkpoint && !isTold) return ["TASK_LOST", "AGENT_DISCONNECTED", "Agent localhost disconnected"];
  if (point === "task-received") return ["TASK_DROPPED", "RECONCILIATION", "Reconciliation: task unknown to the agent"];
  if (cause === "launch") return NEVER_RAN;
  return cause === "kill" ? TERMINATED : EXITED;
}
