import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { type TestContext, test } from "node:test";
import { FairleadProcess } from "../support/fairlead-process.ts";
import { machine } from "../support/machine.ts";
import { Workspace } from "../support/workspace.ts";
import { inHostLikeNamespaces } from "./host-like.ts";

inHostLikeNamespaces(import.meta.filename);

const CGROUPS = `fairlead-test-${process.pid}`;
const SMALL = "--resources=cpus:0.1;mem:32";

/** What a `local` could leave behind in its namespaces, and on the machine. */
const look = () => machine({ cgroupsRoot: CGROUPS });

interface Local {
  readonly process: FairleadProcess;
  readonly workspace: Workspace;
}

/** A `local` with the network that it brings itself. */
async function startLocal(t: TestContext, ...flags: string[]): Promise<Local> {
  const workspace = new Workspace(t);
  const process = workspace.start("local", [...directories(workspace), ...flags]);
  await process.line(/^ready http:/);
  return { process, workspace };
}

function directories(workspace: Workspace): string[] {
  return [`--work_dir=${workspace.path("work")}`, `--runtime_dir=${workspace.runtimeDir}`, `--cgroups_root=${CGROUPS}`];
}

async function command(...words: string[]): Promise<{ code: number | null; lines: readonly string[] }> {
  const process = new FairleadProcess(words[0]!, words.slice(1));
  const { code } = await process.exited;
  return { code, lines: process.log };
}

test("a task on the network that local brings: addresses, output, exit status; then nothing is left", async (t) => {
  const before = look();
  const { process: local } = await startLocal(t);
  assert.match(
    readFileSync(`/proc/${local.pid}/cmdline`, "utf8"),
    /dist\/cli\/main\.js\0local/,
    "the pid is the server",
  );

  const { code, lines } = await command(
    "execute",
    "--name=hello",
    "--networks=fairlead",
    SMALL,
    '--env={"GREETING":"good day"}',
    "--command=ip -j -4 addr show eth0; echo $GREETING; sleep 1; echo late; echo wrong >&2",
  );
  assert.equal(code, 0, lines.join("\n"));
  const running = lines.findIndex((line) =>
    /^hello-[0-9a-f]{8} is TASK_RUNNING, on fairlead 10\.77\.0\.\d+$/.test(line),
  );
  assert.ok(running >= 0, lines.join("\n"));
  const address = lines[running]!.split(" ").at(-1)!;
  const output = lines.slice(running + 1);
  assert.ok(
    output.some((line) => line.includes(`"local":"${address}"`)),
    lines.join("\n"),
  );
  for (const line of ["good day", "late", "wrong"]) assert.ok(output.includes(line), lines.join("\n"));
  assert.match(output.findLast((line) => line.includes("TASK_")) ?? "", /is TASK_FINISHED/);

  const table = (await command("task", "list")).lines;
  assert.match(table[0]!, /^ID +NAME +STATE +AGENT +ADDRESSES$/);
  assert.match(table[1]!, new RegExp(`^hello-[0-9a-f]+ +hello +TASK_FINISHED +\\S+-S0 +fairlead ${address}$`));

  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(look(), before);
});

test("local ends its tasks when it is told to stop, and takes their network down", async (t) => {
  const before = look();
  const { process: local, workspace } = await startLocal(t);
  const execute = workspace.start("execute", ["--command=sleep 1000", "--networks=fairlead", SMALL]);
  await execute.line(/TASK_RUNNING/);
  assert.deepEqual(await local.end("SIGINT"), { code: 0, signal: null });
  await execute.line(/TASK_KILLED/);
  assert.equal((await execute.exited).code, 1);
  assert.deepEqual(look(), before);
});

test("execute tells how a task failed, and exits with 1", async (t) => {
  const { process: local } = await startLocal(t);
  for (const [flags, expected] of [
    [["--command=exit 7"], /TASK_FAILED: Command exited with status 7/],
    [["--command=true", "--networks=nowhere"], /TASK_FAILED: .*Unknown CNI network 'nowhere'/],
    [["--command=sleep 1000", "--kill_after=100ms"], /TASK_KILLED/],
    [["--command=true", "--user=nobody-here"], /TASK_FAILED: .*nobody-here/],
  ] as const) {
    const { code, lines } = await command("execute", SMALL, ...flags);
    assert.equal(code, 1, lines.join("\n"));
    assert.match(lines.join("\n"), expected);
  }
  await local.end("SIGTERM");
});

test("a task that execute leaves is killed", async (t) => {
  const { process: local, workspace } = await startLocal(t);
  const execute = workspace.start("execute", ["--name=left", "--command=sleep 1000", SMALL]);
  await execute.line(/TASK_RUNNING/);
  assert.equal((await execute.end("SIGINT")).code, 1);
  const { lines } = await command("task", "list");
  assert.match(lines.join("\n"), /^left-\S+ +left +TASK_KILLED/m);
  await local.end("SIGTERM");
});

test("two of them on one machine keep their bridges, subnets and ports apart", async (t) => {
  const before = look();
  const one = await startLocal(t);
  const other = await startLocal(t, "--port=5150", "--agent_port=5151", "--agents=2");
  const where = async (master: string) => {
    const { lines } = await command("execute", `--master=${master}`, SMALL, "--networks=fairlead", "--command=true");
    return /TASK_RUNNING, on fairlead (10\.77\.\d+)\./.exec(lines.join("\n"))?.[1];
  };
  assert.equal(await where("127.0.0.1:5050"), "10.77.0");
  const second = await where("127.0.0.1:5150");
  assert.match(second ?? "", /^10\.77\.[1-9]/);

  const { lines } = await command("agent", "list", "--master=127.0.0.1:5150", "--json");
  const { slaves } = JSON.parse(lines.join("")) as { slaves: { port: number; resources: { ports: string } }[] };
  assert.deepEqual(slaves.map(({ port, resources }) => [port, resources.ports]).sort(), [
    [5151, "[31000-32000]"],
    [5152, "[32001-33001]"],
  ]);
  await one.process.end("SIGTERM");
  await other.process.end("SIGTERM");
  assert.deepEqual(look(), before);
});

test("a second one in the same directories is refused, and takes nothing from the first", async (t) => {
  const { process: local, workspace } = await startLocal(t);
  const before = look();
  const second = workspace.start("local", directories(workspace));
  assert.equal((await second.exited).code, 1);
  assert.match(second.log.join("\n"), /DIRECTORY_IN_USE/);
  assert.deepEqual(look(), before);
  await local.end("SIGTERM");
});

test("what a killed local leaves is taken down by the next one in its directories", async (t) => {
  const before = look();
  const { process: local, workspace } = await startLocal(t);
  const execute = workspace.start("execute", ["--command=sleep 1000", "--networks=fairlead", SMALL]);
  await execute.line(/TASK_RUNNING/);
  await local.end("SIGKILL");
  await execute.end("SIGKILL");
  assert.notDeepEqual(look(), before);
  const next = workspace.start("local", directories(workspace));
  await next.line(/^ready http:/);
  const { lines } = await command("execute", SMALL, "--networks=fairlead", "--command=true");
  assert.match(lines.join("\n"), /TASK_RUNNING, on fairlead 10\.77\.0\./);
  assert.deepEqual(await next.end("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(look(), before);
});

test("without directories it has temporary ones, and removes them", async () => {
  const temporary = () => [
    ...readdirSync(tmpdir()).filter((name) => /^fairlead-[A-Za-z0-9]{6}$/.test(name)),
    ...(existsSync("/run/fairlead") ? readdirSync("/run/fairlead") : []),
  ];
  const before = temporary();
  const local = new FairleadProcess("local", [`--cgroups_root=${CGROUPS}`]);
  await local.line(/^ready http:/);
  assert.equal(temporary().length, before.length + 2);
  const { code } = await command(
    "execute",
    SMALL,
    "--networks=fairlead",
    "--user=nobody",
    "--command=id -un >who; cat who",
  );
  assert.equal(code, 0, "the sandbox is open to its user");
  assert.deepEqual(await local.end("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(temporary(), before);
});
