import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../base/virtual-clock.ts";
import { followOutput } from "./follow-output.ts";
import type { OutputFile, SandboxReader } from "./sandbox-reader.ts";

function sandbox() {
  const files: Record<OutputFile, string> = { stdout: "", stderr: "" };
  const read: SandboxReader = async (file, offset) => Buffer.from(files[file].slice(offset, offset + 4));
  const seen: string[] = [];
  const passOn = (file: OutputFile, chunk: Uint8Array): void => void seen.push(`${file}: ${Buffer.from(chunk)}`);
  return { files, read, seen, passOn };
}

test("output is passed on as it comes, in pieces, each file on its own", async () => {
  const clock = new VirtualClock();
  const { files, read, seen, passOn } = sandbox();
  const output = followOutput(read, passOn, clock);
  files.stdout = "hello";
  await clock.advance(1000);
  assert.deepEqual(seen, ["stdout: hell", "stdout: o"]);
  files.stderr = "no";
  files.stdout = "hello!";
  await clock.advance(1000);
  assert.deepEqual(seen.slice(2).sort(), ["stderr: no", "stdout: !"]);
  const finished = output.finish();
  await clock.advance(1000);
  await finished;
  assert.equal(clock.pending, 0);
});

test("what was written before the end is passed on after it", async () => {
  const clock = new VirtualClock();
  const { files, read, seen, passOn } = sandbox();
  const output = followOutput(read, passOn, clock);
  await clock.advance(10);
  files.stdout = "the last words";
  const finished = output.finish();
  await clock.advance(1000);
  await finished;
  assert.equal(seen.map((line) => line.slice("stdout: ".length)).join(""), "the last words");
});

test("files that cannot be read are told at the end", async () => {
  const output = followOutput(
    async () => {
      throw new Error("404");
    },
    () => {},
    new VirtualClock(),
  );
  await assert.rejects(output.finish(), /404/);
});
