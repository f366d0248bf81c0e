import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { type MasterState, masterState } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";
import { ask } from "./wire/ask.ts";
import { readDnsState } from "./wire/dns-reader.ts";
import { ENCODINGS } from "./wire/encoding.ts";
import { task } from "./wire/tasks.ts";
import { WireFramework, type WireFrameworkOptions } from "./wire/wire-framework.ts";

inHostLikeNamespaces(import.meta.filename);

/** Subscribes with the id of an earlier subscription. */
async function subscribeAs(id: string, options: WireFrameworkOptions = {}): Promise<WireFramework> {
  return await WireFramework.subscribe({ ...options, info: { ...options.info, id: { value: id } } });
}

test("frameworks that come back", async (t) => {
  const workspace = new Workspace(t);
  await workspace.startLocal();

  for (const encoding of ENCODINGS) {
    await t.test(`a failover_timeout of 0 means removal at once; the id is refused then (${encoding})`, async () => {
      const framework = await WireFramework.subscribe({ encoding });
      await framework.launch(task("orphan", "sleep 1000"));
      await framework.update("orphan", "TASK_RUNNING");
      framework.disconnect();
      await poll(async () => (await masterState()).completed_frameworks.some(({ id }) => id === framework.id));
      const refused = await subscribeAs(framework.id, { encoding });
      await refused.untilEnded();
      assert.deepEqual(refused.events, [{ type: "ERROR", error: { message: "Framework has been removed" } }]);
    });

    await t.test(`the id of a framework that was torn down is refused (${encoding})`, async () => {
      const framework = await WireFramework.subscribe({ encoding, info: { failover_timeout: 3600 } });
      await framework.teardown();
      const answer = await framework.ask({ type: "SUPPRESS" });
      assert.deepEqual([answer.status, answer.text], [400, "Framework cannot be found"]);
      const refused = await subscribeAs(framework.id, { encoding });
      await refused.untilEnded();
      assert.deepEqual(refused.events, [{ type: "ERROR", error: { message: "Framework has been removed" } }]);
    });

    await t.test(`a second subscription takes over; the first hears of it and ends (${encoding})`, async () => {
      const info = { failover_timeout: 3600 };
      const first = await WireFramework.subscribe({ encoding, info });
      const held = await first.offer();
      await using second = await subscribeAs(first.id, { encoding, info });
      await first.untilEnded();
      assert.deepEqual(first.events.at(-1), { type: "ERROR", error: { message: "Framework failed over" } });
      assert.equal(second.id, first.id);
      assert.notEqual(second.streamId, first.streamId);
      assert.deepEqual(
        second.events.slice(0, 2).map(({ type }) => type),
        ["SUBSCRIBED", "HEARTBEAT"],
      );
      // what the first one held is no longer valid, and offered again
      assert.notEqual((await second.offer()).id.value, held.id.value);
      const answer = await first.ask({ type: "SUPPRESS" });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /^The stream ID '[\da-f-]+' included in this request didn't match the stream ID/);
    });

    await t.test(`within its timeout a framework finds its tasks again (${encoding})`, async () => {
      const info = { failover_timeout: 3600 };
      const first = await WireFramework.subscribe({ encoding, info, acknowledge: false });
      await first.launch(task("kept", "sleep 1000"));
      const starting = await first.update("kept", "TASK_STARTING");
      first.disconnect();
      await poll(async () => frameworkIn(await masterState(), first.id)?.connected === false);
      await using second = await subscribeAs(first.id, { encoding, info });
      // what was not acknowledged comes again
      assert.equal((await second.update("kept", "TASK_STARTING")).uuid, starting.uuid);
      await second.update("kept", "TASK_RUNNING");
      await second.kill("kept");
      await second.update("kept", "TASK_KILLED");
    });
  }

  await t.test("an id that no master has given is a framework that comes back", async () => {
    await using framework = await subscribeAs("of-another-master-0001");
    assert.equal(framework.id, "of-another-master-0001");
    await framework.offer();
  });
});

test("a master that comes back", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.100.0.0/24");
  let master = await workspace.startMaster();
  let agent = await workspace.startRegisteredAgent();
  const info = { failover_timeout: 3600, checkpoint: true };
  let framework = await WireFramework.subscribe({ info, acknowledge: false });
  const offer = await framework.launch(
    task("runs", "sleep 1000", { container: { type: "MESOS", network_infos: [{ name: "blue" }] } }),
  );
  await framework.acknowledge(await framework.update("runs", "TASK_STARTING"));
  const running = await framework.update("runs", "TASK_RUNNING");
  await agent.end("SIGKILL");
  await master.end("SIGKILL");
  master = await workspace.startMaster();
  framework = await subscribeAs(framework.id, { info, acknowledge: false });
  t.after(() => framework.disconnect());

  await t.test("there is no answer about tasks of agents that may come back", async () => {
    await framework.call({
      type: "RECONCILE",
      reconcile: { tasks: [{ task_id: { value: "runs" }, agent_id: offer.agent_id }, { task_id: { value: "runs" } }] },
    });
    await framework.call({ type: "RECONCILE", reconcile: { tasks: [] } });
    // answers come in the order of the questions
    await framework.call({
      type: "RECONCILE",
      reconcile: { tasks: [{ task_id: { value: "other" }, agent_id: { value: "nobody" } }] },
    });
    const answer = await framework.update("other");
    assert.deepEqual([answer.state, answer.reason], ["TASK_UNKNOWN", "REASON_RECONCILIATION"]);
    assert.equal(framework.updates.length, 1);
  });

  await t.test("rule 22, rule 23: the state tells which agents are expected, and can be read", async () => {
    const { text } = await ask({ path: "/state" });
    assert.deepEqual(readDnsState(text).tasks, []);
    const state = JSON.parse(text) as MasterState;
    assert.deepEqual(state.slaves, []);
    assert.deepEqual(
      state.recovered_slaves.map(({ id }) => id),
      [offer.agent_id.value],
    );
  });

  agent = await workspace.startRegisteredAgent();

  await t.test("rule 9: an update that came to both masters is one status", async () => {
    const again = await framework.update("runs", "TASK_RUNNING");
    assert.equal(again.uuid, running.uuid);
    const statuses = frameworkIn(await masterState(), framework.id)?.tasks[0]?.statuses.map(({ state }) => state) ?? [];
    for (const [i, state] of statuses.entries()) assert.notEqual(state, statuses[i - 1]);
    assert.equal(statuses.at(-1), "TASK_RUNNING");
    const { tasks } = readDnsState((await ask({ path: "/state" })).text);
    assert.deepEqual(
      tasks[0]?.addresses,
      running.container_status?.network_infos?.[0]?.ip_addresses?.map((a) => a.ip_address),
    );
    await framework.acknowledge(again);
  });

  await framework.call({ type: "KILL", kill: { task_id: { value: "runs" } } });
  await framework.acknowledge(await framework.update("runs", "TASK_KILLED"));
  await framework.teardown();
  await agent.end("SIGTERM");
  await master.end("SIGTERM");
});

function frameworkIn(state: MasterState, frameworkId: string) {
  return state.frameworks.find(({ id }) => id === frameworkId);
}
