import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  create,
  type FrameworkId,
  parseFrameworkId,
  parseTaskId,
  type TaskId,
  TaskState,
  type TaskStatus,
  TaskStatusSchema,
} from "@fairlead/mesos-api";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { UpdateStreams } from "./update-streams.ts";

const F = parseFrameworkId("F");
const T = parseTaskId("T");
const SECOND = 1000;

let clock: VirtualClock;
let sent: string[];
let streams: UpdateStreams;

beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
  streams = new UpdateStreams(clock, (_: FrameworkId, taskId: TaskId, status: TaskStatus) => {
    sent.push(`${taskId}:${TaskState[status.state]}`);
  });
  streams.resume();
});

function update(id: number, state: TaskState): TaskStatus {
  return create(TaskStatusSchema, { state, uuid: new Uint8Array(16).fill(id) });
}

function acknowledge(status: TaskStatus, taskId = T): boolean {
  const acknowledgement = streams.beginAcknowledgement(F, taskId, status.uuid);
  acknowledgement?.done();
  return acknowledgement !== undefined;
}

const starting = update(1, TaskState.TASK_STARTING);
const running = update(2, TaskState.TASK_RUNNING);

test("the next update goes out only when the one before is acknowledged", () => {
  streams.append(F, T, starting);
  streams.append(F, T, running);
  assert.deepEqual(sent, ["T:TASK_STARTING"]);
  assert.equal(acknowledge(running), false);
  assert.equal(acknowledge(starting), true);
  assert.deepEqual(sent, ["T:TASK_STARTING", "T:TASK_RUNNING"]);
  assert.equal(acknowledge(starting), false);
  assert.equal(acknowledge(running), true);
  assert.equal(streams.pending, 0);
  assert.equal(clock.pending, 0);
});

test("tasks do not wait for each other", () => {
  streams.append(F, T, starting);
  streams.append(F, parseTaskId("U"), running);
  assert.deepEqual(sent, ["T:TASK_STARTING", "U:TASK_RUNNING"]);
});

test("an update is sent again after 10 s, 20 s, 40 s, … and at last every 10 min", async () => {
  streams.append(F, T, starting);
  const times: number[] = [];
  const begin = clock.now();
  let count = sent.length;
  for (let second = 1; second <= 3600; second++) {
    await clock.advance(SECOND);
    if (sent.length > count) times.push((clock.now() - begin) / SECOND);
    count = sent.length;
  }
  assert.deepEqual(times, [10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030]);
});

test("the next update begins with 10 s again", async () => {
  streams.append(F, T, starting);
  streams.append(F, T, running);
  await clock.advance(100 * SECOND);
  acknowledge(starting);
  sent.length = 0;
  await clock.advance(10 * SECOND);
  assert.deepEqual(sent, ["T:TASK_RUNNING"]);
});

test("while nobody listens nothing is sent; then the first update at once", async () => {
  streams.append(F, T, starting);
  streams.pause();
  streams.append(F, parseTaskId("U"), running);
  sent.length = 0;
  await clock.advance(3600 * SECOND);
  assert.deepEqual(sent, []);
  assert.equal(clock.pending, 0);
  streams.resume();
  assert.deepEqual(sent, ["T:TASK_STARTING", "U:TASK_RUNNING"]);
  await clock.advance(10 * SECOND);
  assert.equal(sent.length, 4);
});

test("a framework that comes back is sent at once what it has not acknowledged, and nobody else is", async () => {
  streams.append(F, T, starting);
  streams.append(parseFrameworkId("G"), parseTaskId("U"), running);
  sent.length = 0;
  streams.sendAgain(F);
  assert.deepEqual(sent, ["T:TASK_STARTING"]);
  streams.pause();
  streams.sendAgain(F);
  assert.deepEqual(sent, ["T:TASK_STARTING"]);
});

test("an acknowledgement that could not be stored leaves the update where it is", async () => {
  streams.append(F, T, starting);
  const first = streams.beginAcknowledgement(F, T, starting.uuid);
  assert.equal(streams.beginAcknowledgement(F, T, starting.uuid), undefined, "the same acknowledgement again");
  first?.failed();
  await clock.advance(10 * SECOND);
  assert.deepEqual(sent, ["T:TASK_STARTING", "T:TASK_STARTING"]);
  assert.equal(acknowledge(starting), true);
});

test("a removed framework leaves no timer behind", () => {
  streams.append(F, T, starting);
  streams.remove(F);
  assert.equal(clock.pending, 0);
  assert.equal(acknowledge(starting), false);
});
