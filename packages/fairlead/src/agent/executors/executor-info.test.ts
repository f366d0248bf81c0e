import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandInfoSchema, create } from "@fairlead/mesos-api";
import { aFramework, aTask, graceOf } from "../testing/fixtures.ts";
import { commandExecutorInfo } from "./executor-info.ts";

function nameOf(command: Parameters<typeof create<typeof CommandInfoSchema>>[1]): string {
  return commandExecutorInfo(aFramework(), aTask("t", { command: create(CommandInfoSchema, command) })).name;
}

test("the name tells of the command, shortened as in Mesos", () => {
  const prefix = "Command Executor (Task: t) (Command: ";
  assert.equal(nameOf({ value: "sleep 60" }), `${prefix}sh -c 'sleep 60')`);
  assert.equal(nameOf({ value: "exactly 15 char" }), `${prefix}sh -c 'exactly 15 char')`);
  assert.equal(nameOf({ value: "sixteen chars ..." }), `${prefix}sh -c 'sixteen char...')`);
  assert.equal(nameOf({ value: "ls", shell: false, arguments: ["ls", "-l"] }), `${prefix}[ls, ls, -l])`);
  assert.equal(
    nameOf({ value: "/bin/sleep", shell: false, arguments: ["sleep", "60"] }),
    `${prefix}[/bin/sleep, ...])`,
  );
  assert.equal(nameOf({}), `${prefix}NO COMMAND)`);
  assert.equal(nameOf({ shell: false }), `${prefix}NO EXECUTABLE)`);
});

test("it belongs to the task: id, source, role, labels, container, a shutdown that outlasts the kill", () => {
  const info = commandExecutorInfo(
    aFramework(),
    aTask("t", {
      killPolicy: graceOf(30_000),
      labels: { labels: [{ key: "a", value: "b" }] },
      command: { value: "id", user: "bob", environment: { variables: [{ name: "A", value: "b" }] } },
    }),
  );
  assert.equal(info.executorId?.value, "t");
  assert.equal(info.frameworkId?.value, "M-0000");
  assert.equal(info.source, "t");
  assert.equal(info.command?.user, "bob");
  assert.equal(info.command?.environment?.variables[0]?.name, "A");
  assert.equal(info.labels?.labels[0]?.key, "a");
  assert.equal(info.shutdownGracePeriod?.nanoseconds, 32_000_000_000n);
  assert.deepEqual(
    info.resources.map(({ name, scalar, allocationInfo }) => [name, scalar?.value, allocationInfo?.role]),
    [
      ["cpus", 0.1, "*"],
      ["mem", 32, "*"],
    ],
  );
  assert.equal(Object.hasOwn(info, "type"), false);
});
