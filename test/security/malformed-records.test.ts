import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import {
  create,
  encodeRecord,
  internal,
  type MessageInitShape,
  TaskState,
  toBinary,
  Value_Type,
} from "@fairlead/mesos-api";
import fc from "fast-check";
import { ask, getJson, MASTER_PORT } from "../clients/wire/ask.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { shellTask, TestFramework } from "../support/framework.ts";
import { Workspace } from "../support/workspace.ts";
import { encodeCall, rawAgent, registration } from "./raw-agent.ts";

inHostLikeNamespaces(import.meta.filename);

const { AgentCall_Type, AgentEvent_Type, AgentEventSchema } = internal;

/** Of a mutated request of an agent. */
const DOCUMENTED = new Set([202, 400, 403, 415, 501, 503]);

test("agents that say nonsense", async (t) => {
  const workspace = new Workspace(t);
  const master = await workspace.startMaster();
  await workspace.startRegisteredAgent();
  const framework = new TestFramework("127.0.0.1:5050");
  await framework.subscribe();
  await framework.launch(shellTask("bystander", "sleep 1000"));
  await framework.update("bystander", TaskState.TASK_RUNNING);
  const { streamId } = await rawAgent.register();
  const pong = encodeRecord(encodeCall({ type: AgentCall_Type.PONG }));
  const record = (call: Parameters<typeof encodeCall>[0]) => encodeRecord(encodeCall(call));

  for (const [what, body, text] of [
    ["no length", "x\n", /Failed to decode length "x"/],
    ["a length without a number", "\n", /Failed to decode length ""/],
    ["a negative length", "-1\nx", /Failed to decode length "-"/],
    ["a length with a sign, a space, a fraction", "+1\nx", /Failed to decode length/],
    ["hexadecimal", "0x2\nab", /Failed to decode length "0x"/],
    ["a length of many digits", `${"9".repeat(400)}\n`, /Failed to decode length|larger than/],
    ["more than there is", "5\nabc", /The last record is not complete/],
    ["a terabyte", "1099511627776\n", /larger than the limit/],
    ["a length alone", "5", /The last record is not complete/],
    [
      "records of which the last is none",
      Buffer.concat([pong, Buffer.from("1\n\xff", "latin1")]),
      /Expecting calls of a registered agent/,
    ],
    ["a registration within a session", record(registration()), /Expecting calls of a registered agent/],
    ["too many calls", Buffer.concat(Array<Uint8Array>(10_001).fill(pong)), /More than 10000 calls in one request/],
    ["an update without one", record({ type: AgentCall_Type.UPDATE }), /Expecting 'update' to be present/],
    ["a message without one", record({ type: AgentCall_Type.MESSAGE }), /Expecting 'message' to be present/],
  ] as const) {
    await t.test(`${what}: 400`, async () => {
      const answer = await rawAgent.call(streamId, body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, text);
      assert.ok(answer.text.length < 1000);
    });
  }

  await t.test("another type of content: 415; another stream: 403; none: 400", async () => {
    assert.equal((await rawAgent.call(streamId, pong, "text/plain")).status, 415);
    assert.equal((await rawAgent.call("nobody's", pong)).status, 403);
    const headers = { "Content-Type": "application/recordio" };
    assert.equal((await ask({ path: "/api/internal/v1/agent", headers, body: pong })).status, 400);
  });

  await t.test("updates that name what is not theirs are taken, and change nothing", async () => {
    for (const taskId of ["bystander", "../../x", "", "\0"]) {
      for (const frameworkId of [framework.id, "..", "", "nobody"]) {
        const status = {
          taskId: { value: taskId },
          state: TaskState.TASK_FINISHED,
          uuid: new Uint8Array(16),
          agentId: { value: "../.." },
        };
        const update = { frameworkId: { value: frameworkId }, status };
        assert.equal((await rawAgent.call(streamId, record({ type: AgentCall_Type.UPDATE, update }))).status, 202);
      }
    }
    const { frameworks } = await getJson<{ frameworks: { tasks: { id: string; state: string }[] }[] }>("/state");
    assert.deepEqual(
      frameworks.flatMap(({ tasks }) => tasks).map(({ id, state }) => [id, state]),
      [["bystander", "TASK_RUNNING"]],
    );
  });

  await t.test("registrations that nobody can make sense of: 400, and nobody is registered", async () => {
    const known = await agentCount();
    const info = (more: object) => ({ agentInfo: { hostname: "h", resources: [], ...more } });
    for (const more of [
      info({ hostname: "" }),
      info({ hostname: "a/b" }),
      info({ hostname: ".." }),
      info({ hostname: "a\nb" }),
      info({ hostname: "x".repeat(300) }),
      info({ id: { value: "../../etc" } }),
      info({ id: { value: "a\0b" } }),
      info({ resources: [cpus(-1)] }),
      info({ resources: [cpus(Number.NaN)] }),
      { pid: "" },
      { pid: "slave(1)@evil.example:5051" },
      { pid: "slave(1)@127.0.0.1:5051\nX: y" },
      { protocolVersion: 2 },
      { frameworks: [{ user: "u", name: "n", id: { value: "../x" } }] },
      {
        tasks: [
          {
            name: "t",
            taskId: { value: "../x" },
            frameworkId: { value: "f" },
            agentId: { value: "a" },
            state: TaskState.TASK_RUNNING,
            resources: [],
          },
        ],
      },
      { executors: [{ executorId: { value: "a/b" }, frameworkId: { value: "f" } }] },
    ] as MessageInitShape<typeof internal.AgentCall_RegisterSchema>[]) {
      const answer = await rawAgent.refused(encodeCall(registration(more)));
      assert.equal(
        answer.status,
        400,
        JSON.stringify(more, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      );
    }
    for (const body of ["", "\0", "garbage", encodeCall({}), pong]) {
      assert.equal((await rawAgent.refused(Buffer.from(body))).status, 400);
    }
    assert.equal(await agentCount(), known);
  });

  await t.test("whatever bytes: a documented status", async () => {
    const calls = [
      pong,
      record({
        type: AgentCall_Type.UPDATE,
        update: {
          frameworkId: { value: framework.id },
          status: { taskId: { value: "t" }, state: TaskState.TASK_LOST },
        },
      }),
      record({
        type: AgentCall_Type.MESSAGE,
        message: { frameworkId: { value: framework.id }, executorId: { value: "e" }, data: new Uint8Array(3) },
      }),
      record({
        type: AgentCall_Type.EXECUTOR_TERMINATED,
        executorTerminated: { frameworkId: { value: "f" }, executorId: { value: "e" } },
      }),
    ];
    const mutated = fc
      .tuple(fc.constantFrom(...calls), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat({ max: 3 }))
      .map(([call, changes, cut]) => {
        const bytes = Buffer.from(call);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes.subarray(0, bytes.length - cut);
      });
    await fc.assert(
      fc.asyncProperty(fc.array(mutated, { maxLength: 3 }), async (parts) => {
        const { status } = await rawAgent.call(streamId, Buffer.concat(parts));
        assert.ok(DOCUMENTED.has(status), String(status));
      }),
      { numRuns: 500 },
    );
  });

  await t.test("nobody else was disturbed", async () => {
    assert.deepEqual(
      master.log.filter((line) => line.includes('"level":50')),
      [],
    );
    await framework.kill("bystander");
    await framework.update("bystander", TaskState.TASK_KILLED);
    await framework.teardown();
  });
});

test("a master that says nonsense: the agent goes on, and registers with the next one", async (t) => {
  const workspace = new Workspace(t);
  const fake = await FakeMaster.listen(t);
  const agent = workspace.startAgent("--registration_backoff_factor=1ms");
  for (const answer of [
    (response: ServerResponse) => void response.socket!.end("SSH-2.0-OpenSSH_9.2\r\n"),
    (response: ServerResponse) => void response.writeHead(503).end("x".repeat(100_000)),
    (response: ServerResponse) => void streamOf(response).end("this is no record\n"),
    (response: ServerResponse) => void streamOf(response).write("99999999999999\n"),
    (response: ServerResponse) => void streamOf(response).write(encodeRecord(Buffer.from("\xff\xff\xff", "latin1"))),
    (response: ServerResponse) => void send(streamOf(response), registered("../../../evil")),
  ]) {
    answer(await fake.nextRegistration());
  }

  const stream = streamOf(await fake.nextRegistration());
  send(stream, registered("fake-S0"));
  await agent.line(/"the agent is registered"/);
  const good = { user: "root", name: "n", id: { value: "fake-0000" } };
  const nonsense: MessageInitShape<typeof AgentEventSchema>[] = [
    { type: 99 as internal.AgentEvent_Type },
    ...Object.values(AgentEvent_Type).flatMap((type) =>
      typeof type === "number" && type !== AgentEvent_Type.SHUTDOWN ? [{ type }] : [],
    ),
    ...["../../../evil", "/evil", "", "a\0b", "a\nb", "x".repeat(300)].flatMap((value) => [
      {
        type: AgentEvent_Type.RUN_TASK,
        runTask: {
          frameworkInfo: good,
          task: { ...shellTask("t", "touch /evil"), taskId: { value }, agentId: { value: "fake-S0" } },
        },
      },
      {
        type: AgentEvent_Type.RUN_TASK,
        runTask: {
          frameworkInfo: { ...good, id: { value } },
          task: { ...shellTask("t", "touch /evil"), agentId: { value: "fake-S0" } },
        },
      },
      {
        type: AgentEvent_Type.RUN_TASK,
        runTask: { frameworkInfo: good, task: { ...shellTask("t", "touch /evil"), agentId: { value } } },
      },
      { type: AgentEvent_Type.KILL_TASK, killTask: { frameworkId: { value }, taskId: { value } } },
      {
        type: AgentEvent_Type.ACKNOWLEDGE,
        acknowledge: { frameworkId: { value }, taskId: { value }, uuid: Buffer.from(value) },
      },
      { type: AgentEvent_Type.SHUTDOWN_FRAMEWORK, shutdownFramework: { frameworkId: { value } } },
    ]),
  ];
  for (const event of nonsense) send(stream, event);
  // events are taken in order: who answers this has taken all of it
  send(stream, { type: AgentEvent_Type.PING });
  await fake.nextCall();
  assert.ok(!existsSync("/evil"));
  assert.deepEqual(readdirSync(workspace.path("agent/slaves")).sort(), ["fake-S0", "latest"]);
  assert.ok(!existsSync(workspace.path("agent/slaves/fake-S0/frameworks")), "nothing was begun");
  await fake.close();

  await workspace.startMaster();
  await agent.line(/"the agent is registered"/, agent.log.length);
  assert.equal(await agentCount(), 1);
});

function cpus(value: number) {
  return { name: "cpus", type: Value_Type.SCALAR, scalar: { value } };
}

async function agentCount(): Promise<number> {
  return (await getJson<{ slaves: object[] }>("/slaves", MASTER_PORT)).slaves.length;
}

/** What listens where the agent believes its master. */
class FakeMaster {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #registrations = new Waiting<ServerResponse>();
  readonly #calls = new Waiting<void>();

  static async listen(t: TestContext): Promise<FakeMaster> {
    const fake = new FakeMaster();
    await new Promise<void>((resolve) => fake.#server.listen(5050, "127.0.0.1", resolve));
    t.after(() => fake.close());
    return fake;
  }

  nextRegistration(): Promise<ServerResponse> {
    return this.#registrations.next();
  }

  nextCall(): Promise<void> {
    return this.#calls.next();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for await (const _ of request);
    if (request.headers["content-type"] === "application/x-protobuf") return this.#registrations.add(response);
    response.writeHead(202).end();
    this.#calls.add();
  }
}

/** Items for whoever waits for them, in order. */
class Waiting<T> {
  readonly #items: T[] = [];
  #wake = (): void => {};

  add(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  async next(): Promise<T> {
    while (this.#items.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#items.shift()!;
  }
}

function streamOf(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "Content-Type": "application/x-protobuf", "Fairlead-Stream-Id": "fake" });
}

function send(stream: ServerResponse, event: MessageInitShape<typeof AgentEventSchema>): void {
  stream.write(encodeRecord(toBinary(AgentEventSchema, create(AgentEventSchema, event))));
}

function registered(agentId: string): MessageInitShape<typeof AgentEventSchema> {
  return { type: AgentEvent_Type.REGISTERED, registered: { agentId: { value: agentId }, totalPingTimeoutSeconds: 75 } };
}
