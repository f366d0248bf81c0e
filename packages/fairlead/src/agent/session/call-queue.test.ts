import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, internal, RecordDecoder } from "@fairlead/mesos-api";
import { CallQueue } from "./call-queue.ts";

function message(bytes: number, id = 0): internal.AgentCall {
  return create(internal.AgentCallSchema, {
    type: internal.AgentCall_Type.MESSAGE,
    message: { data: new Uint8Array(bytes).fill(id) },
  });
}

function ids(records: Uint8Array): (number | undefined)[] {
  const decoder = new RecordDecoder();
  return decoder.decode(records).map((record) => fromBinary(internal.AgentCallSchema, record).message?.data[0]);
}

test("calls go in order, one request at a time, those that wait together in one", async () => {
  const requests: (number | undefined)[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const queue = new CallQueue(
    (records) => {
      requests.push(ids(records));
      gates.push(Promise.withResolvers<void>());
      return gates.at(-1)!.promise;
    },
    () => assert.fail(),
  );
  queue.send(message(1, 1));
  queue.send(message(1, 2));
  await Promise.resolve();
  assert.deepEqual(requests, [[1, 2]]);
  queue.send(message(1, 3));
  queue.send(message(1, 4));
  const flushed = queue.flush();
  await Promise.resolve();
  assert.equal(requests.length, 1);
  gates[0]?.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(requests, [
    [1, 2],
    [3, 4],
  ]);
  gates[1]?.resolve();
  await flushed;
  await queue.flush();
});

test("large calls are spread over several requests", async () => {
  const sizes: number[] = [];
  const queue = new CallQueue(
    async (records) => void sizes.push(ids(records).length),
    () => assert.fail(),
  );
  for (const bytes of [400_000, 400_000, 400_000, 3_000_000, 10]) queue.send(message(bytes));
  for (let i = 0; i < 1500; i++) queue.send(message(1));
  await queue.flush();
  assert.deepEqual(sizes, [2, 1, 1, 1000, 501]);
});

test("a request that fails ends the queue", async () => {
  const failures: string[] = [];
  let requests = 0;
  const queue = new CallQueue(
    async () => {
      requests++;
      throw new Error("the connection broke");
    },
    (reason) => failures.push(reason),
  );
  queue.send(message(1));
  await queue.flush();
  queue.send(message(1));
  await queue.flush();
  assert.deepEqual(failures, ["the connection broke"]);
  assert.equal(requests, 1);
});

test("a master that takes nothing does not make the agent grow without bound", async () => {
  const failures: string[] = [];
  const queue = new CallQueue(
    () => new Promise(() => {}),
    (reason) => failures.push(reason),
  );
  queue.send(message(1));
  await Promise.resolve();
  for (let i = 0; i < 20 && failures.length === 0; i++) queue.send(message(8_000_000));
  assert.match(failures[0] ?? "", /^the master has left \d+ bytes of calls waiting$/);
});
