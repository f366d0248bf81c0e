import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram, requireProgram } from "./find-program.ts";

test("the first name that is a program is taken, paths as they are", async () => {
  assert.match((await findProgram(["no-such-program", "sh"], "/nonexistent:/usr/bin:/bin")) ?? "", /\/bin\/sh$/);
  assert.equal(await findProgram(["/bin/sh"], ""), "/bin/sh");
  assert.equal(await findProgram(["/etc/passwd"], "/bin"), undefined);
  assert.equal(await findProgram([], "/bin"), undefined);
});

test("what is missing is named", async () => {
  await assert.rejects(requireProgram(["no-such-a", "no-such-b"], "/bin"), {
    code: "RUNTIME_MISSING",
    message: "none of these programs is installed: no-such-a, no-such-b",
  });
});
