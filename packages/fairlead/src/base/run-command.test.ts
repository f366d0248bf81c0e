import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { expectSuccess, runCommand } from "./run-command.ts";

const shell = (script: string) => ["/bin/sh", "-c", script] as const;

describe("runCommand", () => {
  it("returns how a program ended and what it printed", async () => {
    assert.deepEqual(await runCommand(shell("cat; echo oops >&2; exit 3"), { stdin: "in" }), {
      code: 3,
      signal: null,
      stdout: "in",
      stderr: "oops\n",
    });
    assert.deepEqual(await runCommand(shell("kill -TERM $$")), {
      code: null,
      signal: "SIGTERM",
      stdout: "",
      stderr: "",
    });
  });

  it("hands over environment, directory and bytes", async () => {
    const options = { env: { A: "b", PATH: "/usr/bin:/bin" }, cwd: "/usr", stdin: Buffer.from("ü") };
    const { stdout } = await runCommand(shell('echo "$A $PWD"; cat'), options);
    assert.equal(stdout, "b /usr\nü");
  });

  it("keeps the own environment to itself", async () => {
    process.env.FAIRLEAD_TEST_SECRET = "secret";
    try {
      const { stdout } = await runCommand(["env"]);
      assert.match(stdout, /^LC_ALL=C$/m);
      assert.doesNotMatch(stdout, /secret/);
    } finally {
      delete process.env.FAIRLEAD_TEST_SECRET;
    }
  });

  it("says when a program cannot be started", async () => {
    await assert.rejects(runCommand(["/none/program"]), {
      code: "EXEC_FAILED",
      message: /^cannot run \/none\/program: .*ENOENT/,
    });
    await assert.rejects(runCommand(["true"], { cwd: "/none" }), { code: "EXEC_FAILED" });
  });

  it("kills a program that does not end, with its children", async () => {
    const work = runCommand(shell("sleep 60 & wait"), { timeoutMs: 100 });
    await assert.rejects(work, { code: "EXEC_TIMEOUT", message: "/bin/sh did not end within 100 ms" });
  });

  it("kills a program that prints too much", async () => {
    const work = runCommand(shell("yes"), { maxOutputBytes: 1000 });
    await assert.rejects(work, { code: "EXEC_OUTPUT_TOO_LARGE", message: "/bin/sh printed more than 1000 bytes" });
  });
});

describe("expectSuccess", () => {
  it("returns what a good program printed", async () => {
    assert.equal((await expectSuccess(shell("echo good"))).stdout, "good\n");
  });

  it("tells in the program's words why it failed", async () => {
    await assert.rejects(expectSuccess(shell("echo no disk >&2; exit 2")), {
      code: "EXEC_FAILED",
      message: "/bin/sh -c echo no disk >&2; exit 2 ended with status 2: no disk",
    });
    await assert.rejects(expectSuccess(shell("echo on stdout; kill -9 $$")), {
      message: /was ended by SIGKILL: on stdout$/,
    });
  });

  it("quotes the end of long complaints", async () => {
    const run = async () => ({ code: 1, signal: null, stdout: "", stderr: `${"x".repeat(5000)}the reason` });
    await assert.rejects(
      expectSuccess(["p"], {}, run),
      (error: Error) => /the reason$/.test(error.message) && error.message.length < 1100,
    );
  });
});
