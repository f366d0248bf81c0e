import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { ask, getJson, headersOf, send } from "../clients/wire/ask.ts";
import { task } from "../clients/wire/tasks.ts";
import { CAPABILITIES, WireFramework } from "../clients/wire/wire-framework.ts";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { poll } from "../support/poll.ts";
import { residentBytes } from "../support/resident-bytes.ts";
import { Workspace } from "../support/workspace.ts";
import { rawAgent } from "./raw-agent.ts";

inHostLikeNamespaces(import.meta.filename);

const PATH = "/api/v1/scheduler";
const JSON_TYPE = { "Content-Type": "application/json" };
const MIB = 1024 * 1024;

/** What the master lets each of them leave unread, and how many of them there are. */
const BOUND = "--max_unread_stream_size=64KB";
const SLOW = 40;

const DROPPED = /"a reader of a stream does not keep up: its connection was closed"/;

test("readers that do not read", async (t) => {
  // what the kernel keeps for a connection would hide what the master keeps
  for (const name of ["rmem", "wmem"]) await run("sysctl", "-qw", `net.ipv4.tcp_${name}=4096 4096 4096`);
  const workspace = new Workspace(t);
  const master = await workspace.startMaster(BOUND);
  await workspace.startRegisteredAgent();
  const before = residentBytes(master.pid);
  await using reader = await WireFramework.subscribe();

  await t.test("frameworks are dropped at the bound, and are away from then on", async () => {
    const slow = await Promise.all(Array.from({ length: SLOW }, subscribeSlowly));
    // ten thousand answers of 300 bytes and more, to each of them
    const tasks = Array.from({ length: 10_000 }, (_, i) => ({ task_id: { value: `nobody-knows-${i}` } }));
    await Promise.all(
      slow.map(async ({ framework_id, streamId }) => {
        const body = JSON.stringify({ type: "RECONCILE", framework_id, reconcile: { tasks } });
        const answer = await ask({ path: PATH, headers: { ...JSON_TYPE, "Mesos-Stream-Id": streamId }, body });
        assert.ok(answer.status === 202 || answer.status === 400, answer.text);
      }),
    );
    await poll(async () => {
      const { frameworks } = await getJson<{ frameworks: { id: string }[] }>("/frameworks");
      return frameworks.length === 1 && frameworks[0]?.id === reader.id;
    });
    assert.equal(master.log.filter((line) => DROPPED.test(line)).length, SLOW);
  });

  await t.test("an agent that does not read is dropped, too", async () => {
    const lines = master.log.length;
    const { stream } = await rawAgent.register();
    stream.pause();
    // the stream is open before the registry has the agent
    const agentId = await poll(async () => {
      const { slaves } = await getJson<{ slaves: { id: string; hostname: string }[] }>("/slaves");
      return slaves.find(({ hostname }) => hostname === "raw.example")?.id;
    });
    const data = Buffer.alloc(48 * 1024).toString("base64");
    for (let sent = 0; !master.log.slice(lines).some((line) => DROPPED.test(line)); sent++) {
      assert.ok(sent < 100, "more was kept for it than it may leave unread");
      await reader.call({
        type: "MESSAGE",
        message: { agent_id: { value: agentId }, executor_id: { value: "e" }, data },
      });
    }
    await poll(async () => {
      const { slaves: known } = await getJson<{ slaves: { id: string; active: boolean }[] }>("/slaves");
      return known.find(({ id }) => id === agentId)?.active !== true;
    });
  });

  await t.test("answers that nobody takes hold nobody up", async () => {
    const stuck = await Promise.all(
      Array.from({ length: SLOW }, () => send({ path: "/state" }).then((response) => response.pause())),
    );
    assert.equal((await ask({ path: "/state" })).status, 200);
    for (const response of stuck) response.destroy();
  });

  await t.test("who reads was served all the while", async () => {
    await reader.launch(task("served", "true"));
    await reader.update("served", "TASK_FINISHED");
    assert.equal(reader.ended, undefined);
  });

  await t.test("the master's memory is what it was", () => {
    const grown = residentBytes(master.pid) - before;
    assert.ok(grown < 160 * MIB, `${grown / MIB} MiB more`);
  });
});

interface SlowFramework {
  readonly stream: IncomingMessage;
  readonly streamId: string;
  readonly framework_id: { readonly value: string };
}

/** Reads as much as it needs for its id, and never again. */
async function subscribeSlowly(): Promise<SlowFramework> {
  const info = { user: "root", name: "slow", roles: ["*"], capabilities: CAPABILITIES };
  const body = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: info } });
  const stream = await send({ path: PATH, headers: JSON_TYPE, body });
  stream.on("error", () => {});
  const framework_id = await new Promise<{ value: string }>((resolve) => {
    let text = "";
    stream.on("data", (chunk) => {
      text += String(chunk);
      const id = /"framework_id":(\{"value":"[^"]+"\})/.exec(text)?.[1];
      if (id === undefined) return;
      stream.pause();
      resolve(JSON.parse(id) as { value: string });
    });
  });
  return { stream, streamId: headersOf(stream)["mesos-stream-id"]!, framework_id };
}
