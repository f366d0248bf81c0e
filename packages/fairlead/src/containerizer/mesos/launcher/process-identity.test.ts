import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { VirtualClock } from "../../../base/virtual-clock.ts";
import { endProcess, findProcess, parseStat, readProcess } from "./process-identity.ts";

const STAT = (name: string, state: string) =>
  `14486 (${name}) ${state} 1 14486 14486 0 -1 4228876 133 16403 0 1 0 0 0 12 20 0 1 0 147354 0 0 18446744073709551615 0 0 0 0 0 0 0 0 65538 1 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 11\n`;

test("the fields are found whatever the name of the program is", () => {
  for (const name of ["sh", "a b", ") Z 1 (", "((", ""]) {
    assert.deepEqual(parseStat(STAT(name, "S")), { pid: 14486, startTime: "147354", zombie: false, exitCode: 11 });
  }
  assert.equal(parseStat(STAT("sh", "Z")).zombie, true);
});

test("a process is found by its number and its start, never by the number alone", async () => {
  const self = await readProcess(process.pid);
  assert.ok(self !== undefined && !self.zombie);
  assert.deepEqual((await findProcess(self))?.pid, process.pid);
  assert.equal(await findProcess({ ...self, startTime: "1" }), undefined);
  // above every pid_max
  assert.equal(await readProcess(2 ** 22 + 1), undefined);
});

test("a process that does not end in its time is killed", async () => {
  const child = spawn("sleep", ["60"]);
  const ended = once(child, "exit");
  const identity = await readProcess(child.pid ?? 0);
  assert.ok(identity !== undefined);
  const clock = new VirtualClock();
  const ending = endProcess(identity, clock, 0);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  await ending;
  assert.equal(clock.pending, 0);
  await endProcess(identity, clock, 1000);
});
