import assert from "node:assert/strict";
import { test } from "node:test";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { Workspace } from "../support/workspace.ts";
import { AGENT_PORT, ask, MASTER_PORT, send } from "./wire/ask.ts";
import { Double, encodeFields, type Fields, Message } from "./wire/protobuf.ts";
import { RecordCutter } from "./wire/records.ts";

inHostLikeNamespaces(import.meta.filename);

const HEADERS = { "Content-Type": "application/x-protobuf", Accept: "application/x-protobuf" };

// numbers of scheduler::Call and scheduler::Event
const SUBSCRIBE = 1;
const TEARDOWN = 2;
const ACCEPT = 3;
const ACKNOWLEDGE = 8;
const SUBSCRIBED = 1;
const OFFERS = 2;
const UPDATE = 4;
const HEARTBEAT = 8;
const TASK_STARTING = 0;
const TASK_RUNNING = 1;
const TASK_FINISHED = 2;

test("clients that know nothing but field numbers", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.91.0.0/24");
  await workspace.startLocal();

  await t.test("rule 1: a scheduler gets offers, launches, hears of its task and acknowledges", async () => {
    const response = await send({
      path: "/api/v1/scheduler",
      headers: HEADERS,
      body: encodeFields({
        2: SUBSCRIBE,
        3: { 1: { 1: "root", 2: "numbers", 4: new Double(60), 10: [{ 1: 5 }, { 1: 6 }, { 1: 7 }], 12: "*" } },
      }),
    });
    assert.equal(response.headers["content-type"], "application/x-protobuf");
    const streamId = response.headers["mesos-stream-id"] as string;
    const events = read(response);

    const subscribed = await next(events);
    assert.equal(subscribed.number(1), SUBSCRIBED);
    const frameworkId = subscribed.message(2).message(1).text(1);
    assert.match(frameworkId, /^[\da-f-]{36}-0000$/);
    assert.equal(subscribed.message(2).double(2), 15);
    assert.equal((await next(events)).number(1), HEARTBEAT);

    const call = async (fields: Fields): Promise<void> => {
      const answer = await ask({
        path: "/api/v1/scheduler",
        headers: { ...HEADERS, "Mesos-Stream-Id": streamId },
        body: encodeFields({ 1: { 1: frameworkId }, ...fields }),
      });
      assert.deepEqual([answer.status, answer.text], [202, ""]);
    };

    const offers = await next(events);
    assert.equal(offers.number(1), OFFERS);
    const offer = offers.message(3).message(1);
    const agentId = offer.message(3).text(1);
    assert.equal(offer.message(10).text(1), "*");
    const cpus = offer.messages(5).find((resource) => resource.text(1) === "cpus")!;
    assert.deepEqual([cpus.number(2), cpus.message(3).double(1), cpus.message(11).text(1)], [0, 8, "*"]);

    const scalar = (name: string, value: number): Fields => ({
      1: name,
      2: 0,
      3: { 1: new Double(value) },
      11: { 1: "*" },
    });
    await call({
      2: ACCEPT,
      4: {
        1: { 1: offer.message(1).text(1) },
        2: {
          1: 1,
          2: {
            1: {
              1: "task",
              2: { 1: "by-number" },
              3: { 1: agentId },
              4: [scalar("cpus", 0.5), scalar("mem", 64)],
              7: { 3: "true" },
              9: { 1: 2, 7: { 6: "blue" } },
            },
          },
        },
        3: { 1: new Double(3600) },
      },
    });

    for (const state of [TASK_STARTING, TASK_RUNNING, TASK_FINISHED]) {
      let event = await next(events);
      // what the task gives back is offered meanwhile
      while (event.number(1) !== UPDATE) event = await next(events);
      const status = event.message(5).message(1);
      assert.deepEqual([status.message(1).text(1), status.number(2)], ["by-number", state]);
      assert.equal(status.bytes(11).length, 16);
      if (state === TASK_RUNNING) {
        const network = status.message(13).message(1);
        assert.equal(network.text(6), "blue");
        assert.match(network.message(5).text(2), /^10\.91\.0\.\d+$/);
      }
      await call({ 2: ACKNOWLEDGE, 8: { 1: { 1: agentId }, 2: { 1: "by-number" }, 3: status.bytes(11) } });
    }
    await call({ 2: TEARDOWN });
    for await (const event of events) assert.notEqual(event.number(1), UPDATE);
  });

  await t.test("rule 1: operators of master and agent", async () => {
    const get = async (port: number, type: number): Promise<Message> => {
      const answer = await ask({ port, path: "/api/v1", headers: HEADERS, body: encodeFields({ 1: type }) });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], "application/x-protobuf");
      return new Message(answer.body);
    };
    for (const port of [MASTER_PORT, AGENT_PORT]) {
      const health = await get(port, 1);
      assert.deepEqual([health.number(1), health.message(2).number(1)], [1, 1]);
      assert.match((await get(port, 3)).message(4).message(1).text(1), /^\d+\.\d+\.\d+$/);
    }
    // master GET_STATE 9: its answer has another number
    const state = await get(MASTER_PORT, 9);
    assert.equal(state.number(1), 8);
    const agent = state.message(9).message(4).message(1);
    assert.equal(agent.message(1).number(8), AGENT_PORT);
    assert.equal(agent.number(2), 1);
    assert.equal(agent.text(4), `slave(1)@127.0.0.1:${AGENT_PORT}`);
    const [task] = state.message(9).message(1).messages(3);
    assert.deepEqual([task?.message(2).text(1), task?.number(6)], ["by-number", TASK_FINISHED]);
    const agents = await get(MASTER_PORT, 10);
    assert.equal(agents.number(1), 9);
    assert.equal(agents.message(10).message(1).message(1).message(6).text(1), agent.message(1).message(6).text(1));
    // agent GET_CONTAINERS 10
    assert.equal((await get(AGENT_PORT, 10)).number(1), 9);
  });
});

async function* read(stream: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  const cutter = new RecordCutter();
  for await (const chunk of stream) {
    for (const record of cutter.push(chunk)) yield new Message(record);
  }
}

async function next(events: AsyncGenerator<Message>): Promise<Message> {
  const { value, done } = await events.next();
  assert.ok(!done, "the stream has ended");
  return value;
}
