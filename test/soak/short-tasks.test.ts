import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { TaskState } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { Inspector } from "../support/inspector.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

const TASKS = 1000;
const AT_A_TIME = 8;

/** Completed tasks are kept for `/state`, up to a limit: the heap is compared when both rings are full. */
const KEPT = 100;

const HEAP_GROWTH_BYTES = 2 * 1024 * 1024;

test("1,000 short tasks on a bridge leave everything as it was, and the next 1,000 no memory", async (t) => {
  const space = new Workspace(t);
  space.bridge("blue", "10.91.0.0/24");
  const local = await space.startLocal(
    "--allocation_interval=50ms",
    `--max_completed_tasks_per_framework=${KEPT}`,
    `--max_completed_executors_per_framework=${KEPT}`,
    "--gc_delay=1secs",
    "--logging_level=WARNING",
  );
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  // a process does not end while its debugger is there
  using inspector = await Inspector.attach(local.pid);

  // What is made once and stays (connections, compiled code, the bridge) is there after some tasks.
  await runTasks(framework, "warm", 3 * AT_A_TIME);
  const before = await settled(space, local.pid);
  const handlesBefore = await handles(local.pid, inspector);

  await runTasks(framework, "first", TASKS);
  assert.deepEqual(await settled(space, local.pid, before), before);
  assertNoMore(await handles(local.pid, inspector), handlesBefore);
  const heapBytes = await inspector.heapAfterCollection();

  await runTasks(framework, "second", TASKS);
  assert.deepEqual(await settled(space, local.pid, before), before);
  assertNoMore(await handles(local.pid, inspector), handlesBefore);
  const growthBytes = (await inspector.heapAfterCollection()) - heapBytes;
  t.diagnostic(`heap after ${TASKS} tasks ${heapBytes} bytes, after ${2 * TASKS} tasks ${growthBytes} more`);
  assert.ok(growthBytes <= HEAP_GROWTH_BYTES, `the heap grew by ${growthBytes} bytes`);

  await framework.teardown();
});

/** Runs tasks, `AT_A_TIME` of them living at any moment; their addresses are unique among the living. */
async function runTasks(framework: TestFramework, name: string, count: number): Promise<void> {
  const living = new Map<string, string | undefined>();
  let launched = 0;
  let ended = 0;
  let read = framework.updates.length;
  while (ended < count) {
    const free = Math.min(AT_A_TIME - living.size, count - launched);
    if (free > 0) {
      const ids = Array.from({ length: free }, (_, i) => `${name}-${launched + i}`);
      launched += free;
      for (const id of ids) living.set(id, undefined);
      await framework.launch(...ids.map((id) => shellTask(id, "exit 0", { networks: ["blue"] })));
    }
    await framework.until(() => framework.updates.length > read);
    for (; read < framework.updates.length; read++) {
      const status = framework.updates[read]!;
      const id = status.taskId!.value;
      if (status.state === TaskState.TASK_RUNNING) {
        const [address] = addressesOf(status);
        assert.match(address ?? "", /^10\.91\.0\./);
        assert.ok(![...living.values()].includes(address), `${address} is given to two tasks`);
        living.set(id, address);
      }
      if (TERMINAL_STATES.includes(status.state)) {
        assert.equal(status.state, TaskState.TASK_FINISHED, `${id}: ${status.message}`);
        living.delete(id);
        ended++;
      }
    }
  }
  // what this process remembers is not what is measured, but would make it slow
  framework.events.length = 0;
  framework.updates.length = 0;
}

/** What must be as it was: nothing of it is shared by tasks or kept for the next one. */
interface Remains {
  readonly children: number;
  readonly links: number;
  readonly namespaces: number;
  readonly cgroups: number;
  readonly addresses: number;
  readonly containers: number;
}

/** What breathes: connections are kept for a while, timers come and go. A leak would add one for every task. */
interface Handles {
  readonly files: number;
  readonly resources: number;
}

const LOOKS = 300;
const LOOK_INTERVAL_MS = 100;

/** Waits until the last containers are taken down, then says what remains. */
async function settled(space: Workspace, pid: number, expected?: Remains): Promise<Remains> {
  let last = remains(space, pid);
  for (let looks = 0, same = 0; looks < LOOKS && same < 10; looks++) {
    await delay(LOOK_INTERVAL_MS);
    const next = remains(space, pid);
    same = isDeepStrictEqual(next, expected ?? last) ? same + 1 : 0;
    last = next;
  }
  return last;
}

function remains(space: Workspace, pid: number): Remains {
  const count = (directory: string) => readdirSync(directory).length;
  const lines = (text: string, pattern: string) => text.split("\n").filter((line) => line.includes(pattern)).length;
  const run = (file: string, ...args: string[]) => execFileSync(file, args, { encoding: "utf8" });
  return {
    children: readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    ).length,
    links: lines(run("ip", "-o", "link"), ": "),
    namespaces: lines(readFileSync(`/proc/${pid}/mountinfo`, "utf8"), " - nsfs "),
    cgroups: lines(run("find", "/sys/fs/cgroup", "-type", "d"), `/${space.cgroupsRoot}/`),
    addresses: readdirSync(`${space.addressDir}/blue`).filter((file) => file.startsWith("10.")).length,
    containers: count(`${space.runtimeDir}/containers`) + count(space.cniPath("")),
  };
}

async function handles(pid: number, inspector: Inspector): Promise<Handles> {
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    resources: [...(await inspector.activeResources()).values()].reduce((sum, count) => sum + count, 0),
  };
}

function assertNoMore(now: Handles, before: Handles): void {
  assert.ok(now.files <= before.files + AT_A_TIME, `open files: ${before.files} before, ${now.files} now`);
  assert.ok(
    now.resources <= before.resources + AT_A_TIME,
    `handles and timers: ${before.resources}, now ${now.resources}`,
  );
}
