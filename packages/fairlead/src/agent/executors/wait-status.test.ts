import assert from "node:assert/strict";
import { test } from "node:test";
import { succeeded, waitStatusText } from "./wait-status.ts";

test("exit codes and signals read as in Mesos", () => {
  const texts: [number, string][] = [
    [0, "exited with status 0"],
    [1 << 8, "exited with status 1"],
    [255 << 8, "exited with status 255"],
    [9, "terminated with signal Killed"],
    [15, "terminated with signal Terminated"],
    [11 | 0x80, "terminated with signal Segmentation fault (core dumped)"],
    [31, "terminated with signal Bad system call"],
    [34, "terminated with signal Real-time signal 0"],
    [33, "terminated with signal Unknown signal 33"],
    [(19 << 8) | 0x7f, "stopped on signal Stopped (signal)"],
  ];
  for (const [status, text] of texts) assert.equal(waitStatusText(status), text);
});

test("only exit code 0 is success", () => {
  assert.equal(succeeded(0), true);
  assert.equal(succeeded(1 << 8), false);
  assert.equal(succeeded(15), false);
});
