import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandInfoSchema, create, type MessageInitShape } from "@fairlead/mesos-api";
import { commandLine } from "./command-line.ts";

const line = (command: MessageInitShape<typeof CommandInfoSchema>) => commandLine(create(CommandInfoSchema, command));

test("a command is for the shell unless it says otherwise", () => {
  assert.deepEqual(line({ value: "echo $A" }), ["/bin/sh", "-c", "echo $A"]);
  assert.deepEqual(line({ value: "echo $A", arguments: ["ignored"] }), ["/bin/sh", "-c", "echo $A"]);
});

test("a program gets its arguments as they are; the first of them is its name", () => {
  assert.deepEqual(line({ shell: false, value: "/bin/echo" }), ["/bin/echo"]);
  assert.deepEqual(line({ shell: false, value: "/bin/echo", arguments: ["echo", "a b"] }), ["/bin/echo", "a b"]);
  assert.deepEqual(line({ shell: false, value: "echo", arguments: ["/bin/echo", ""] }), ["echo", ""]);
});

test("a name that is not the program's is set by bash", () => {
  assert.deepEqual(line({ shell: false, value: "/bin/busybox", arguments: ["ls", "-l"] }), [
    "/bin/bash",
    "-c",
    'exec -a "$0" "$@"',
    "ls",
    "/bin/busybox",
    "-l",
  ]);
});

test("no command, and what exec cannot take, is refused", () => {
  assert.throws(() => line({}), { code: "CONTAINER_INVALID", message: "Command is not specified" });
  assert.throws(() => line({ value: "a\0b" }), { code: "CONTAINER_INVALID" });
  assert.throws(() => line({ shell: false, value: "a", arguments: ["a", "\0"] }), { code: "CONTAINER_INVALID" });
});
