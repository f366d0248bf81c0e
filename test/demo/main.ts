import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MessageInitShape, type TaskInfoSchema, TaskState, type TaskStatus } from "@fairlead/mesos-api";
import { removeTree } from "fairlead/base/files/remove-tree.ts";
import { formatTable } from "fairlead/cli/table.ts";
import { FairleadProcess } from "../support/fairlead-process.ts";
import { TERMINAL_STATES, TestFramework } from "../support/framework.ts";
import { compare, HEAD, type Observation } from "./comparison.ts";
import { becomeHost, HOST_IP, namespaceOf } from "./host.ts";
import { interfacesOf, interfacesOfHost } from "./kernel.ts";
import { HOST_PORT, writeNetworks } from "./networks.ts";
import { reportedByState, reportedByUpdate } from "./reported.ts";
import { firstLine, release, sandboxOf } from "./sandbox.ts";
import * as tasks from "./tasks.ts";

/** Milliseconds for everything but the clean-up; on a small machine it takes about three seconds. */
const DEADLINE_MS = 40_000;

/** Milliseconds in which `fairlead local` promises to leave; then it is killed, and the demo has failed. */
const STOP_TIMEOUT_MS = 15_000;

const MASTER = `${HOST_IP}:5050`;
const AGENT = `${HOST_IP}:5051`;

const startMs = performance.now();
const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
const say = (line: string) => process.stdout.write(`${line}\n`);
const step = (what: string) => say(`${seconds().padStart(5)} s  ${what}`);

/** What did not hold. The demo goes on after a claim that does not, to show the rest. */
const faults: string[] = [];
function claim(holds: boolean, what: string): void {
  step(`${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) faults.push(what);
}

/** The whole of it: throws where it cannot go on. */
async function showMainJob(framework: TestFramework, runtimeDir: string, signal: AbortSignal): Promise<void> {
  const web = await launch(framework, tasks.web());
  const onGreen = (await reportedByState(`http://${MASTER}`, "web")).find(({ network }) => network === "green");
  const address = onGreen?.addresses[0];
  if (address === undefined) throw new Error("the master's state does not tell the address of the server on green");
  step(`the server runs; the master's state tells its address on green: ${address}`);

  const client = await launch(framework, tasks.client(address));
  const sandbox = await sandboxOf(AGENT, "client");
  claim((await firstLine(sandbox, signal)) === tasks.GREETING, `the client on green fetches from ${address}`);

  const answer = await fetch(`http://${HOST_IP}:${HOST_PORT}/`, { signal });
  claim((await answer.text()).trim() === tasks.GREETING, `the host fetches through its port ${HOST_PORT}`);

  const host = await launch(framework, tasks.host());
  const pid = host.containerStatus?.executorPid ?? 0;
  claim(pid > 0 && namespaceOf(pid) === namespaceOf("self"), "the third task is on the network of the host");

  const compared = [
    await observe("web", ["blue", "green"], web, runtimeDir),
    await observe("client", ["green"], client, runtimeDir),
    await observe("host", [], host, runtimeDir),
  ].map(compare);
  const rows = compared.flatMap((comparison) => comparison.rows);
  say(`\n${formatTable(HEAD, rows)}`);
  const agree = compared.every((comparison) => comparison.agree);
  claim(agree, "update, agent and master tell what `ip address` shows inside the namespaces");

  await release(sandbox);
  await reach(framework, "client", TaskState.TASK_FINISHED);
  await framework.kill("web");
  await framework.kill("host");
  await reach(framework, "web", TaskState.TASK_KILLED);
  await reach(framework, "host", TaskState.TASK_KILLED);
  const pins = await readdir(join(runtimeDir, "isolators/network/cni"));
  claim(pins.length === 0, "the tasks have ended, and their networks are taken down");
}

async function launch(framework: TestFramework, task: MessageInitShape<typeof TaskInfoSchema>): Promise<TaskStatus> {
  await framework.launch(task);
  return await reach(framework, task.name ?? "", TaskState.TASK_RUNNING);
}

/** The first status of a task with this state; rejects if the task ends in another one. */
async function reach(framework: TestFramework, taskId: string, state: TaskState): Promise<TaskStatus> {
  const status = await framework.update(taskId, state, ...TERMINAL_STATES);
  if (status.state !== state) throw new Error(`task ${taskId} is ${TaskState[status.state]}: ${status.message}`);
  return status;
}

async function observe(
  task: string,
  networks: readonly string[],
  status: TaskStatus,
  runtimeDir: string,
): Promise<Observation> {
  const containerId = status.containerStatus?.containerId?.value ?? "";
  return {
    task,
    networks,
    kernel: networks.length > 0 ? await interfacesOf(runtimeDir, containerId) : await interfacesOfHost(),
    update: reportedByUpdate(status),
    agentState: await reportedByState(`http://${AGENT}`, task),
    masterState: await reportedByState(`http://${MASTER}`, task),
  };
}

/** Rejects with the signal's reason, for work that cannot be told of it. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** Does a part of the demo; what it throws is a claim that did not hold. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
}

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)));
const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(DEADLINE_MS)]);

const root = await mkdtemp(join(tmpdir(), "fairlead-demo-"));
const runtimeDir = join(root, "run");
let local: FairleadProcess | undefined;
await attempt(async () => {
  const tooLong = abortion(signal);
  await becomeHost();
  await writeNetworks(join(root, "net.d"), join(root, "addresses"));
  local = new FairleadProcess("local", [
    `--ip=${HOST_IP}`,
    "--port=5050",
    "--agent_port=5051",
    `--work_dir=${join(root, "work")}`,
    `--runtime_dir=${runtimeDir}`,
    `--network_cni_config_dir=${join(root, "net.d")}`,
  ]);
  await Promise.race([local.line(/^ready http:/), tooLong]);
  step(`a master and an agent are ready at http://${MASTER}`);
  const framework = new TestFramework(MASTER, { info: { name: "demo" } });
  await Promise.race([framework.subscribe(), tooLong]);
  try {
    await Promise.race([showMainJob(framework, runtimeDir, signal), tooLong]);
  } finally {
    await framework.teardown();
  }
});
await attempt(async () => {
  if (local === undefined) return;
  const { pid } = local;
  const killed = setTimeout(() => process.kill(pid, "SIGKILL"), STOP_TIMEOUT_MS);
  const { code, signal: by } = await local.end("SIGINT");
  clearTimeout(killed);
  if (code !== 0) throw new Error(`fairlead local ended with status ${code ?? by}`);
});
await attempt(() => removeTree(root));

if (faults.length > 0) {
  process.stderr.write(`\nThe last lines of the log:\n${local?.log.slice(-30).join("\n") ?? ""}\n\n`);
  process.stderr.write(`demo: ${faults.length} of its claims did not hold:\n  ${faults.join("\n  ")}\n`);
}
say(`demo: ${faults.length === 0 ? "everything held" : "failed"} (${seconds()} s)`);
process.exit(faults.length === 0 ? 0 : 1);
