import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaskState, type TaskStatus } from "@fairlead/mesos-api";
import { removeTree } from "fairlead/base/files/remove-tree.ts";
import { formatTable } from "fairlead/cli/table.ts";
import { Cluster } from "./cluster.ts";
import { compare, HEAD, type Observation } from "./comparison.ts";
import { Framework } from "./framework.ts";
import { becomeHost, HOST_IP, namespaceOf } from "./host.ts";
import { interfacesOf, interfacesOfHost } from "./kernel.ts";
import { HOST_PORT, writeNetworks } from "./networks.ts";
import { reportedByState, reportedByUpdate } from "./reported.ts";
import { firstLine, release, sandboxOf } from "./sandbox.ts";
import { client, GREETING, HOST, WEB } from "./tasks.ts";

/** Milliseconds for everything but the clean-up: it takes about ten seconds on a small machine. */
const DEADLINE_MS = 50_000;

const MASTER = `${HOST_IP}:5050`;
const AGENT = `${HOST_IP}:5051`;

const startMs = performance.now();
const aborted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => aborted.abort(new Error(`ended by ${signal}`)));
const signal = AbortSignal.any([aborted.signal, AbortSignal.timeout(DEADLINE_MS)]);

const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
const say = (line: string) => process.stdout.write(`${line}\n`);
const step = (what: string) => say(`${seconds().padStart(5)} s  ${what}`);

/** Everything that was observed must hold; what does not is told, and the demo goes on to show the rest. */
const faults: string[] = [];
function expect(holds: boolean, what: string): void {
  step(`${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) faults.push(what);
}

async function observe(
  id: string,
  networks: readonly string[],
  update: TaskStatus,
  runtimeDir: string,
): Promise<Observation> {
  const containerId = update.containerStatus?.containerId?.value ?? "";
  return {
    task: id,
    networks,
    kernel: networks.length > 0 ? await interfacesOf(runtimeDir, containerId) : await interfacesOfHost(),
    update: reportedByUpdate(update),
    agentState: await reportedByState(`http://${AGENT}`, id),
    masterState: await reportedByState(`http://${MASTER}`, id),
  };
}

async function showMainJob(framework: Framework, runtimeDir: string): Promise<void> {
  const web = await framework.launch("web", WEB);
  const webAddress = (await reportedByState(`http://${MASTER}`, "web")).find(({ network }) => network === "green")
    ?.addresses[0];
  if (webAddress === undefined) throw new Error("the master's state does not tell the address of the server on green");
  step(`the server runs; the master's state tells its address on green: ${webAddress}`);

  const fetching = await framework.launch("client", client(webAddress));
  const sandbox = await sandboxOf(AGENT, "client");
  expect((await firstLine(sandbox, signal)) === GREETING, `the client on green fetches from ${webAddress}`);

  const response = await fetch(`http://${HOST_IP}:${HOST_PORT}/`, { signal });
  expect((await response.text()).trim() === GREETING, `the host fetches through its port ${HOST_PORT}`);

  const host = await framework.launch("host", HOST);
  const pid = host.containerStatus?.executorPid ?? 0;
  expect(pid > 0 && namespaceOf(pid) === namespaceOf("self"), "the third task is on the network of the host");

  const compared = [
    await observe("web", ["blue", "green"], web, runtimeDir),
    await observe("client", ["green"], fetching, runtimeDir),
    await observe("host", [], host, runtimeDir),
  ].map(compare);
  say(
    `\n${formatTable(
      HEAD,
      compared.flatMap(({ rows }) => rows),
    )}`,
  );
  expect(
    compared.every(({ agree }) => agree),
    "update, agent and master tell what `ip address` shows inside the namespaces",
  );

  await release(sandbox);
  await framework.reach("client", TaskState.TASK_FINISHED);
  await framework.kill("web");
  await framework.kill("host");
  const pins = await readdir(join(runtimeDir, "isolators/network/cni"));
  expect(pins.length === 0, "the tasks have ended, and their networks are taken down");
}

const root = await mkdtemp(join(tmpdir(), "fairlead-demo-"));
const log = join(root, "log");
const runtimeDir = join(root, "run");
let cluster: Cluster | undefined;
let framework: Framework | undefined;
try {
  await becomeHost();
  await writeNetworks(join(root, "net.d"), join(root, "addresses"));
  cluster = await Cluster.start(
    [
      `--ip=${HOST_IP}`,
      "--port=5050",
      "--agent_port=5051",
      `--work_dir=${join(root, "work")}`,
      `--runtime_dir=${runtimeDir}`,
      `--network_cni_config_dir=${join(root, "net.d")}`,
    ],
    log,
    signal,
  );
  step(`a master and an agent are ready at http://${cluster.master}`);
  framework = await Framework.subscribe(MASTER, "demo", signal);
  await showMainJob(framework, runtimeDir);
} catch (error) {
  faults.push(error instanceof Error ? error.message : String(error));
}
try {
  await framework?.tearDown();
} catch (error) {
  faults.push(`the framework could not be torn down: ${error}`);
}
try {
  await cluster?.stop();
} catch (error) {
  faults.push(`${error}`);
}
if (faults.length > 0) {
  const lines = (await readFile(log, "utf8").catch(() => "")).trimEnd().split("\n");
  process.stderr.write(`\nThe last lines of the log:\n${lines.slice(-30).join("\n")}\n\n`);
  process.stderr.write(
    `demo: ${faults.length} of its claims did not hold:\n${faults.map((fault) => `  ${fault}\n`).join("")}`,
  );
}
await removeTree(root);
say(`demo: ${faults.length === 0 ? "everything held" : "failed"} (${seconds()} s)`);
process.exit(faults.length === 0 ? 0 : 1);
