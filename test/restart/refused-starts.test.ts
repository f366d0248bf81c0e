import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { TaskState, TaskStatus_Reason } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import type { FairleadProcess } from "../support/fairlead-process.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { masterState } from "../support/state.ts";
import { step } from "../support/step.ts";
import { Workspace } from "../support/workspace.ts";
import { containerIdOf, observe, startTimeOf } from "./observed-container.ts";
import { pluginCalls, recordedBridge, takenAddresses } from "./recorded-network.ts";

inHostLikeNamespaces(import.meta.filename);

test("an agent that cannot take over what is there refuses to start, and touches nothing", async (t) => {
  const workspace = new Workspace(t);
  recordedBridge(workspace, "blue", "10.114.0.0/24");
  const master = await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent("--hostname=here", "--attributes=rack:a");
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("task", "exec sleep 1000", { networks: ["blue"] }));
  const running = await framework.update("task", TaskState.TASK_RUNNING);
  const before = { container: observe(workspace, running), calls: pluginCalls(workspace) };
  const agentId = running.agentId!.value;
  const untouched = (): void =>
    assert.deepEqual({ container: observe(workspace, running), calls: pluginCalls(workspace) }, before);

  /** The one line with which it ends; the log before it is not looked at. */
  const refusal = async (process: FairleadProcess): Promise<string> => {
    assert.deepEqual(await process.exited, { code: 1, signal: null });
    untouched();
    return process.log.at(-1)!;
  };

  await step(t, "another agent has its directories", async () => {
    const free = { work_dir: workspace.path("other"), runtime_dir: workspace.path("other-run") };
    const taken = { work_dir: workspace.path("agent"), runtime_dir: workspace.runtimeDir };
    for (const flags of [taken, { ...free, work_dir: taken.work_dir }, { ...free, runtime_dir: taken.runtime_dir }]) {
      const second = workspace.startAgent(
        "--port=5052",
        ...Object.entries(flags).map(([name, dir]) => `--${name}=${dir}`),
      );
      const line = await refusal(second);
      const directory = flags.work_dir === taken.work_dir ? taken.work_dir : taken.runtime_dir;
      assert.ok(
        line.startsWith(`fairlead agent: DIRECTORY_IN_USE: ${directory} is in use by process ${agent.pid}; `),
        line,
      );
    }
    assert.deepEqual(
      (await masterState()).slaves.map(({ id, active }) => [id, active]),
      [[agentId, true]],
    );
  });

  await step(t, "another master has its directory", async () => {
    const second = workspace.start("master", [
      "--ip=127.0.0.1",
      "--port=5055",
      `--work_dir=${workspace.path("master")}`,
    ]);
    const line = await refusal(second);
    const start = `fairlead master: DIRECTORY_IN_USE: ${workspace.path("master")} is in use by process ${master.pid}; `;
    assert.ok(line.startsWith(start), line);
  });

  const database = workspace.path("agent", "meta", "agent.db");
  const setSchemaVersion = (version: number): void => {
    const db = new DatabaseSync(database);
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
  };

  await step(t, "a newer version has written its database", async () => {
    await agent.end("SIGTERM");
    setSchemaVersion(1000);
    const line = await refusal(workspace.startAgent("--hostname=here", "--attributes=rack:a"));
    assert.ok(line.startsWith(`fairlead agent: SCHEMA_TOO_NEW: ${database} has schema version 1000, this `), line);
    setSchemaVersion(1);
  });

  await step(t, "it is not the agent that was registered", async () => {
    for (const [flags, changed] of [
      [
        ["--hostname=here", "--attributes=rack:a", "--resources=cpus:4;mem:4096;disk:4096;ports:[31000-32000]"],
        "resources",
      ],
      [["--hostname=here", "--attributes=rack:b"], "attributes"],
      [["--hostname=there", "--attributes=rack:a"], "hostname from 'here' to 'there'"],
    ] as const) {
      const line = await refusal(workspace.startAgent(...flags));
      const start = `fairlead agent: AGENT_INCOMPATIBLE: Incompatible agent info detected: changed ${changed}; `;
      assert.ok(line.startsWith(start), line);
      assert.ok(line.includes(workspace.path("agent", "meta", "slaves", "latest")), line);
    }
  });

  await step(t, "as before, it is the same agent again", async () => {
    agent = await workspace.startRegisteredAgent("--hostname=here", "--attributes=rack:a");
    untouched();
    assert.equal((await masterState()).slaves[0]?.id, agentId);
    assert.deepEqual(
      framework.updates.map(({ state }) => state),
      [TaskState.TASK_STARTING, TaskState.TASK_RUNNING],
    );
  });

  await step(t, "without its link `latest` it is a new agent, and what ran on the old one has ended", async () => {
    await agent.end("SIGTERM");
    rmSync(workspace.path("agent", "meta", "slaves", "latest"));
    agent = await workspace.startRegisteredAgent("--hostname=here", "--attributes=rack:b");
    const lost = await framework.update("task", ...TERMINAL_STATES);
    assert.deepEqual([lost.state, lost.reason], [TaskState.TASK_LOST, TaskStatus_Reason.AGENT_REMOVED]);
    const [slave, ...more] = (await masterState()).slaves;
    assert.deepEqual(more, []);
    assert.notEqual(slave?.id, agentId);
    await poll(() => startTimeOf(before.container.pid) === undefined);
    assert.equal(existsSync(workspace.cniPath(containerIdOf(running))), false);
    assert.deepEqual(takenAddresses(workspace), {});
    await framework.teardown();
  });
});
