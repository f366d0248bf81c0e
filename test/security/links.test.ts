import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { TaskState } from "@fairlead/mesos-api";
import { AGENT_PORT, ask } from "../clients/wire/ask.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { executorOf } from "../support/state.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

/** In a file that root alone may read. */
const SECRET = `of-root-${randomBytes(8).toString("hex")}`;

const JSON_TYPE = { "Content-Type": "application/json" };

test("what a task puts in the place of its files", async (t) => {
  const workspace = new Workspace(t);
  chmodSync(workspace.directory, 0o755);
  const secretDir = workspace.path("secrets");
  mkdirSync(secretDir, { mode: 0o700 });
  const secret = workspace.path("secrets/secret");
  writeFileSync(secret, SECRET, { mode: 0o600 });
  await workspace.startMaster();
  const flags = ["--gc_delay=1secs"];
  const agent = await workspace.startRegisteredAgent(...flags);
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();

  const start = async (id: string, value: string) => {
    await framework.launch(shellTask(id, "", { command: { value, user: "nobody" } }));
    const status = await framework.update(id, TaskState.TASK_RUNNING, ...TERMINAL_STATES);
    assert.equal(TaskState[status.state], "TASK_RUNNING", status.message);
    return (await executorOf(id)).directory;
  };
  const untouched = () => assert.equal(readFileSync(secret, "utf8"), SECRET);

  /** Everything by which a file of a sandbox can be asked for. */
  const assertHidden = async (path: string): Promise<void> => {
    const query = new URLSearchParams({ path, offset: "0", length: "1000" });
    for (const endpoint of [
      "/files/read",
      "/files/read.json",
      "/files/download",
      "/files/browse",
      "/slave(1)/files/read",
    ]) {
      const { status, text } = await ask({ port: AGENT_PORT, path: `${endpoint}?${query}` });
      assert.ok(!text.includes(SECRET), `${endpoint} ${path}`);
      assert.ok(
        status === 400 || status === 404 || (endpoint.endsWith("browse") && text === "[]"),
        `${endpoint} ${path}: ${status}`,
      );
    }
    for (const call of [
      { type: "READ_FILE", read_file: { path, offset: 0 } },
      { type: "LIST_FILES", list_files: { path } },
    ]) {
      const { status, text } = await ask({
        port: AGENT_PORT,
        path: "/api/v1",
        headers: JSON_TYPE,
        body: JSON.stringify(call),
      });
      assert.ok(!text.includes(SECRET) && !text.includes(Buffer.from(SECRET).toString("base64")), path);
      assert.ok(status !== 200 || call.type === "LIST_FILES", `${call.type} ${path}: ${status}`);
    }
  };

  await t.test(
    "stdout as a link to a file of the host: it is neither read nor written, also not over a restart",
    async () => {
      const value = `rm stdout && ln -s ${secret} stdout && ln -s ${secretDir} directory && mkfifo pipe && touch ready; while :; do echo written; sleep 0.05; done`;
      const sandbox = await start("linked", value);
      await poll(() => existsSync(`${sandbox}/ready`));
      for (const path of ["stdout", "directory/secret", "directory", "directory/../secrets/secret"])
        await assertHidden(`${sandbox}/${path}`);
      const pipe = await ask({ port: AGENT_PORT, path: `/files/read?path=${sandbox}/pipe&offset=0` });
      assert.equal(pipe.status, 400);
      const listed = await ask({ port: AGENT_PORT, path: `/files/browse?path=${sandbox}` });
      assert.equal(listed.status, 200);
      assert.ok(!listed.text.includes('secret"'));

      await agent.end("SIGKILL");
      const next = await workspace.startRegisteredAgent(...flags);
      await framework.kill("linked");
      await framework.update("linked", TaskState.TASK_KILLED);
      untouched();
      // its sandbox goes, what the links lead to stays
      await poll(() => !existsSync(sandbox));
      untouched();
      assert.deepEqual(
        next.log.filter((line) => line.includes('"level":50')),
        [],
      );
    },
  );

  await t.test("links that lead out, dots and codings: nothing outside a sandbox is served", async () => {
    const sandbox = await start(
      "climbing",
      `ln -s / root; ln -s ../../../../../../../../.. up; ln -s /proc/self/root self; touch ready; sleep 1000`,
    );
    await poll(() => existsSync(`${sandbox}/ready`));
    const executor = `/frameworks/${framework.id}/executors/climbing/runs/latest`;
    for (const base of [sandbox, executor, sandbox.replace(/[^/]+$/, "latest")]) {
      for (const rest of [
        `root${secret}`,
        `self${secret}`,
        `up${secret}`,
        "../../../../../../../../../../etc/shadow",
        "..",
        "../..",
        "./../stdout/../../../../..",
        "%2e%2e/%2e%2e",
        "root/proc/self/environ",
        "root/etc/shadow",
        "stdout/../../../../../meta/agent.db",
        "x\0/../../etc/shadow",
      ]) {
        await assertHidden(`${base}/${rest}`);
      }
    }
    for (const path of [
      secret,
      "/etc/shadow",
      "/",
      "",
      ".",
      "..",
      workspace.path("agent/meta/agent.db"),
      `${workspace.path("agent")}/slaves`,
    ]) {
      const answer = await ask({ port: AGENT_PORT, path: `/files/read?${new URLSearchParams({ path, offset: "0" })}` });
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
    }
    await framework.kill("climbing");
    await framework.update("climbing", TaskState.TASK_KILLED);
  });

  await t.test("a name that is a file now and a link the next moment: never what the link leads to", async () => {
    const value = `echo mine >inside; mkdir d; echo mine >d/secret; touch ready
      while :; do ln -sfn ${secret} x; mv -Tf x name; cp inside y; mv -Tf y name; mv d e; ln -sfn ${secretDir} d; rm d; mv e d; done`;
    const sandbox = await start("racing", value);
    await poll(() => existsSync(`${sandbox}/ready`));
    const seen = new Map<number, number>();
    for (let i = 0; i < 1500; i++) {
      const path = i % 2 === 0 ? `${sandbox}/name` : `${sandbox}/d/secret`;
      const endpoint = i % 3 === 0 ? "download" : "read";
      const { status, text } = await ask({
        port: AGENT_PORT,
        path: `/files/${endpoint}?${new URLSearchParams({ path, offset: "0", length: "100" })}`,
      });
      assert.ok(!text.includes(SECRET), `after ${i} attempts`);
      assert.ok([200, 400, 404].includes(status), `${status} ${text}`);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    assert.ok((seen.get(200) ?? 0) > 0, "the file was never found");
    await framework.kill("racing");
    await framework.update("racing", TaskState.TASK_KILLED);
    untouched();
  });

  await t.test(
    "a task that waits for the sandboxes of its user's other tasks: their output goes nowhere else",
    async () => {
      // it may write into them: they are its own user's
      const runs = `${workspace.path("agent/slaves")}/*/frameworks/*/executors/prey-*/runs`;
      const value = `touch ready; while :; do for d in ${runs}/*-*; do [ -d "$d" ] && { rm -f "$d/stdout" "$d/stderr"; ln -s ${secret} "$d/stdout"; ln -s ${secret} "$d/stderr"; }; done; done 2>/dev/null`;
      const sandbox = await start("hunter", value);
      await poll(() => existsSync(`${sandbox}/ready`));
      for (let i = 0; i < 8; i++) {
        await framework.launch(shellTask(`prey-${i}`, "", { command: { value: "echo overwritten", user: "nobody" } }));
        const status = await framework.update(`prey-${i}`, ...TERMINAL_STATES);
        assert.ok(["TASK_FINISHED", "TASK_FAILED"].includes(TaskState[status.state]!), TaskState[status.state]);
        untouched();
      }
      await framework.kill("hunter");
      await framework.update("hunter", TaskState.TASK_KILLED);
      untouched();
    },
  );

  await framework.teardown();
});
