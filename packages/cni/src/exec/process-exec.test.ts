import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CniError, type CniErrorCode } from "../errors.ts";
import type { PluginCall } from "./plugin-exec.ts";
import { type ProcessExecOptions, processExec } from "./process-exec.ts";
import { shellPlugins } from "./shell-plugins.fixture.ts";

const ADD: PluginCall = {
  command: "ADD",
  type: "p",
  config: { name: "blue", cniVersion: "1.0.0", type: "p" },
  containerId: "c1",
  netns: "/run/netns/c1",
  ifName: "eth0",
};

async function execOf(t: TestContext, script: string, options: Partial<ProcessExecOptions> = {}) {
  const directory = await shellPlugins(t, { p: script });
  return { directory, exec: processExec({ searchPath: [directory], ...options }) };
}

async function errorOf(promise: Promise<unknown>, code: CniErrorCode): Promise<CniError> {
  const error = await promise.then(
    () => assert.fail("no error"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CniError, String(error));
  assert.equal(error.code, code, error.message);
  assert.equal(error.plugin, "p");
  assert.equal(error.network, "blue");
  return error;
}

test("a plugin gets its configuration on stdin and answers on stdout", async (t) => {
  const { exec } = await execOf(t, `printf '{"got":%s,"argc":%s}' "$(cat)" $#; echo noise >&2`);
  assert.deepEqual(await exec.run(ADD), { got: ADD.config, argc: 0 });
  assert.equal(await exec.has("p"), true);
  assert.equal(await exec.has("q"), false);
});

test("the environment is exactly the protocol's and PATH", async (t) => {
  process.env.FAIRLEAD_TEST_SECRET = "x";
  t.after(() => delete process.env.FAIRLEAD_TEST_SECRET);
  const script = `cat >/dev/null; printf '{"environ":"%s"}' "$(tr '\\0' '|' </proc/$$/environ)"`;
  const { directory, exec } = await execOf(t, script, { path: "/usr/bin:/bin" });
  const environ = async (call: PluginCall) => {
    const text = (await exec.run(call))?.environ;
    return String(text).split("|").filter(Boolean).toSorted();
  };
  assert.deepEqual(await environ({ ...ADD, args: "A=1;B=2" }), [
    "CNI_ARGS=A=1;B=2",
    "CNI_COMMAND=ADD",
    "CNI_CONTAINERID=c1",
    "CNI_IFNAME=eth0",
    "CNI_NETNS=/run/netns/c1",
    `CNI_PATH=${directory}`,
    "PATH=/usr/bin:/bin",
  ]);
  assert.deepEqual(await environ({ command: "VERSION", type: "p", config: {} }), [
    "CNI_COMMAND=VERSION",
    `CNI_PATH=${directory}`,
    "PATH=/usr/bin:/bin",
  ]);
});

test("an error object on stdout is the error, with code, message and details", async (t) => {
  const { exec } = await execOf(t, `echo '{"code":11,"msg":"try later","details":"pool busy"}'; echo why >&2; exit 1`);
  const error = await errorOf(exec.run(ADD), "CNI_PLUGIN_FAILED");
  assert.equal(error.pluginCode, 11);
  assert.equal(error.details, "pool busy");
  assert.equal(error.stderr, "why");
  assert.equal(
    error.message,
    "CNI plugin p (ADD, network blue) failed with code 11: try later: pool busy (stderr: why)",
  );
});

test("an error object counts also with exit 0, on every verb", async (t) => {
  const { exec } = await execOf(t, `echo '{"code":7,"msg":"no"}'`);
  assert.equal((await errorOf(exec.run(ADD), "CNI_PLUGIN_FAILED")).pluginCode, 7);
  assert.equal((await errorOf(exec.run({ ...ADD, command: "DEL" }), "CNI_PLUGIN_FAILED")).pluginCode, 7);
});

for (const [what, script, code, words] of [
  [
    "garbage on stdout",
    "echo '<html> not json'; echo hm >&2",
    "CNI_RESULT_INVALID",
    /JSON object; stdout: <html> not json; stderr: hm/,
  ],
  ["an array on stdout", "echo '[]'", "CNI_RESULT_INVALID", /stdout: \[\]/],
  ["nothing on stdout", ":", "CNI_RESULT_INVALID", /printed no result$/],
  ["invalid UTF-8", `printf '{"a":"\\377"}'`, "CNI_RESULT_INVALID", /not a JSON object/],
  ["two objects", "echo '{}{}'", "CNI_RESULT_INVALID", /stdout: \{\}\{\}/],
  [
    "exit 1 with a result",
    `echo '{"ips":[]}'; exit 1`,
    "CNI_PLUGIN_FAILED",
    /exited with status 1; stdout: \{"ips":\[\]\}/,
  ],
  ["exit 3 with words", "echo out; echo err >&2; exit 3", "CNI_PLUGIN_FAILED", /status 3; stdout: out; stderr: err/],
  ["exit 1 in silence", "exit 1", "CNI_PLUGIN_FAILED", /exited with status 1$/],
  ["death by a signal", "kill -SEGV $$", "CNI_PLUGIN_FAILED", /died of SIGSEGV/],
  ["10 MB on stdout", "head -c 10000000 /dev/zero", "CNI_OUTPUT_TOO_LARGE", /too much and was killed/],
  ["10 MB on stderr", "head -c 10000000 /dev/zero >&2; echo '{}'", "CNI_OUTPUT_TOO_LARGE", /too much/],
] as const) {
  test(`${what} is ${code}`, async (t) => {
    const { exec } = await execOf(t, script);
    const error = await errorOf(exec.run(ADD), code);
    assert.match(error.message, words);
    assert.ok(error.message.length < 5000);
  });
}

test("long words are shortened, control characters are not passed on", async (t) => {
  const { exec } = await execOf(t, `printf 'a\\033[31m\\nb\\0'; head -c 100000 /dev/zero | tr '\\0' x; exit 1`);
  const { message } = await errorOf(exec.run(ADD), "CNI_PLUGIN_FAILED");
  assert.match(message, /stdout: a \[31m b x+…$/);
  assert.doesNotMatch(message, /[\x00-\x1f]/);
});

test("stdout of verbs without an answer is not looked at", async (t) => {
  const { exec } = await execOf(t, "echo whatever");
  for (const command of ["DEL", "CHECK", "GC", "STATUS"] as const) {
    assert.equal(await exec.run({ ...ADD, command }), undefined);
  }
});

test("a plugin may end without reading a large configuration", async (t) => {
  const { exec } = await execOf(t, "exec <&-; echo '{}'");
  const config = { ...ADD.config, big: "x".repeat(4_000_000) };
  assert.deepEqual(await exec.run({ ...ADD, config }), {});
});

test("a plugin that hangs is killed at the deadline", async (t) => {
  const { exec } = await execOf(t, "echo waiting >&2; exec sleep 1000", { timeoutMs: 200 });
  const error = await errorOf(exec.run(ADD), "CNI_PLUGIN_TIMEOUT");
  assert.match(error.message, /did not end in time and was killed/);
});

test("its children are killed with it", async (t) => {
  const directory = await shellPlugins(t, {
    // the FIFO is open before anybody hears of the child: a kill in between would leave its reader alone for ever
    p: `D=$(dirname $0); exec 3>$D/alive; sleep 1000 & echo $! >$D/started; exec 3>&-; exec sleep 1000`,
  });
  execFileSync("mkfifo", [join(directory, "alive"), join(directory, "started")]);
  const exec = processExec({ searchPath: [directory] });
  const abort = new AbortController();
  const run = exec.run(ADD, abort.signal);
  // the child holds the FIFO open for writing: its end is the end of the child
  const alive = createReadStream(join(directory, "alive")).resume();
  const ended = new Promise((resolve) => alive.on("end", resolve));
  for await (const _ of createReadStream(join(directory, "started"))) {
    // the child is up
  }
  abort.abort();
  await errorOf(run, "CNI_PLUGIN_ABORTED");
  await ended;
});

test("a child that holds stdout open is not waited for beyond the deadline", async (t) => {
  const { exec } = await execOf(t, `setsid sh -c 'echo $$ >&2; exec sleep 1000' & exec sleep 1000`, { timeoutMs: 300 });
  const error = await errorOf(exec.run(ADD), "CNI_PLUGIN_TIMEOUT");
  const pid = Number(error.stderr);
  assert.ok(pid > 1, error.message);
  process.kill(pid, "SIGKILL");
});

test("a signal that is aborted already ends the run", async (t) => {
  const { exec } = await execOf(t, "exec sleep 1000");
  await errorOf(exec.run(ADD, AbortSignal.abort()), "CNI_PLUGIN_ABORTED");
});

test("a plugin that is not there, or cannot be started, has its own code", async (t) => {
  const { directory, exec } = await execOf(t, ":");
  await errorOf(processExec({ searchPath: ["/nonexistent"] }).run(ADD), "CNI_PLUGIN_NOT_FOUND");
  await errorOf(exec.run({ ...ADD, containerId: "nul\0byte" }), "CNI_PLUGIN_NOT_STARTED");
  const broken = await shellPlugins(t, {});
  execFileSync("sh", ["-c", `echo '#!/no/such/interpreter' >${broken}/p; chmod 755 ${broken}/p`]);
  const error = await errorOf(processExec({ searchPath: [broken, directory] }).run(ADD), "CNI_PLUGIN_NOT_STARTED");
  assert.equal(error.path, join(broken, "p"));
});
