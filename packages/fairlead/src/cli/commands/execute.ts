import {
  type AgentClient,
  agentClient,
  type Offer,
  Resources,
  SchedulerClient,
  TaskState,
  type TaskStatus,
} from "@fairlead/mesos-api";
import { systemClock } from "../../base/clock.ts";
import { errorText, FairleadError } from "../../base/errors.ts";
import { formatAddresses } from "../client/addresses.ts";
import { type FollowedOutput, followOutput } from "../client/follow-output.ts";
import { sandboxReader } from "../client/sandbox-reader.ts";
import { Execution } from "../execute/execution.ts";
import { findSandbox, SANDBOX_ATTEMPTS } from "../execute/find-sandbox.ts";
import { toFramework, toTask } from "../execute/task-description.ts";
import { EXECUTE_FLAGS } from "../flags/execute-flags.ts";
import { outputLost } from "./output-lost.ts";
import { parseCommand } from "./parse-command.ts";
import { firstSignal } from "./signals.ts";

const MEDIA_TYPES = { json: "application/json", protobuf: "application/x-protobuf" } as const;

/** `fairlead execute`: one task; 0 if it finished, else 1. */
export async function runExecute(argv: readonly string[]): Promise<number> {
  const flags = parseCommand(
    "fairlead execute --command=<text> [flags]",
    "Runs one task, prints its addresses and its output, and ends with it: 0 if it finished, else 1.",
    EXECUTE_FLAGS,
    argv,
  );
  if (flags === undefined) return 0;
  const { values } = flags;
  for (const { flag, why } of flags.ineffective) process.stderr.write(`--${flag} has no effect: ${why}\n`);

  const framework = toFramework(values);
  const task = toTask(values);
  const taskId = task.taskId!.value;
  const client = new SchedulerClient(values.master, { mediaType: MEDIA_TYPES[values.content_type] });
  const output = new TaskOutput(taskId);
  const execution = new Execution(
    client,
    { framework, task },
    {
      onWaiting: () => say(`${taskId} waits for an offer with ${Resources.of(task.resources)}`),
      onLaunched: (offer) => {
        output.agent = agentAddress(offer);
        say(`${taskId} is launched on ${offer.hostname}`);
        if (values.kill_after !== undefined)
          systemClock.after(values.kill_after, () => void execution.kill().catch(() => {}));
      },
      onUpdate: (status) => {
        say(statusLine(taskId, status));
        if (status.state === TaskState.TASK_RUNNING) output.follow(client.frameworkId!.value);
      },
      onDisconnected: (reason) => process.stderr.write(`lost the master, trying to come back: ${reason}\n`),
    },
    systemClock,
  );
  try {
    const ended = execution.run();
    const stop = Promise.race([firstSignal(), outputLost()]);
    const status = await Promise.race([ended, stop.then(() => undefined)]);
    if (status !== undefined) {
      await output.finish();
      return status.state === TaskState.TASK_FINISHED ? 0 : 1;
    }
    process.stderr.write(`${taskId} is killed: ${await stop}\n`);
    // one that does not end may write on and on
    if ((await execution.kill()) !== undefined) await output.finish();
    return 1;
  } catch (error) {
    if (FairleadError.is(error)) throw error;
    throw new FairleadError("MASTER_UNREACHABLE", `${values.master}: ${errorText(error)}`, { cause: error });
  } finally {
    await execution.tearDown().catch(() => {});
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function statusLine(taskId: string, status: TaskStatus): string {
  const addresses = formatAddresses(
    (status.containerStatus?.networkInfos ?? []).map(({ name, ipAddresses }) => ({
      name,
      ipAddresses: ipAddresses.map(({ ipAddress }) => ipAddress),
    })),
  );
  const running = status.state === TaskState.TASK_RUNNING && addresses !== "" ? `, on ${addresses}` : "";
  return `${taskId} is ${TaskState[status.state]}${running}${status.message ? `: ${status.message}` : ""}`;
}

/** `host:port` of the agent that an offer is from. */
function agentAddress({ url, hostname }: Offer): string | undefined {
  if (url?.address === undefined) return undefined;
  const host = url.address.ip || url.address.hostname || hostname;
  return `${host.includes(":") ? `[${host}]` : host}:${url.address.port}`;
}

/** The output of the task, from when it runs until it has ended. */
class TaskOutput {
  readonly #taskId: string;
  #followed: Promise<FollowedOutput> | undefined;
  #client: AgentClient | undefined;
  /** `host:port` of the agent, once the task is launched. */
  agent: string | undefined;

  constructor(taskId: string) {
    this.#taskId = taskId;
  }

  follow(frameworkId: string): void {
    if (this.agent === undefined || this.#followed !== undefined) return;
    this.#followed = this.#start(frameworkId, this.agent);
    // finish() tells of the failure; until then nobody waits.
    this.#followed.catch(() => {});
  }

  /** Passes on the rest. A task that never ran has none. Never rejects: the end of the task is what counts. */
  async finish(): Promise<void> {
    try {
      await (await this.#followed)?.finish();
    } catch (error) {
      process.stderr.write(`the output could not be read: ${errorText(error)}\n`);
    } finally {
      await this.#client?.close();
    }
  }

  async #start(frameworkId: string, agent: string): Promise<FollowedOutput> {
    const directory = await findSandbox(agent, frameworkId, this.#taskId, SANDBOX_ATTEMPTS, systemClock);
    if (directory === undefined) throw new Error("the agent does not know the task");
    this.#client = agentClient(agent);
    return followOutput(
      sandboxReader(this.#client, directory),
      (file, chunk) => process[file].write(chunk),
      systemClock,
    );
  }
}
