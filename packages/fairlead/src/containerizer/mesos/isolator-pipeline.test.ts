import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandInfoSchema, create, NetworkInfoSchema, parseContainerId, TaskStatus_Reason } from "@fairlead/mesos-api";
import { silentLogger } from "../../base/log.ts";
import type { ContainerConfig } from "../containerizer.ts";
import type { Isolator } from "./isolator.ts";
import { IsolatorPipeline } from "./isolator-pipeline.ts";

const ID = parseContainerId("c");
const CONFIG: ContainerConfig = {
  containerId: ID,
  command: create(CommandInfoSchema, {}),
  resources: [],
  limits: {},
  directory: "/",
  environment: {},
};

/** A pipeline of isolators `a`, `b`, `c`, which note what is called; `special` replaces methods of one of them. */
function pipelineOf(special: { readonly [name in "a" | "b" | "c"]?: Partial<Isolator> }) {
  const calls: string[] = [];
  const isolators = (["a", "b", "c"] as const).map(
    (name): Isolator => ({
      name,
      async recover() {},
      async prepare() {
        calls.push(`prepare ${name}`);
        return { environment: { FROM: name, [name]: "" }, argvPrefix: [name] };
      },
      async cleanup() {
        calls.push(`cleanup ${name}`);
      },
      ...special[name],
    }),
  );
  return { pipeline: new IsolatorPipeline(isolators, silentLogger), calls };
}

const fail = async (): Promise<never> => {
  throw new Error("broken");
};

test("prepare goes down the list, cleanup up; contributions are merged in order", async () => {
  const { pipeline, calls } = pipelineOf({});
  const info = await pipeline.prepare(CONFIG, () => {});
  assert.deepEqual(info.environment, { FROM: "c", a: "", b: "", c: "" });
  assert.deepEqual(info.argvPrefix, ["a", "b", "c"]);
  assert.deepEqual(await pipeline.cleanup(ID), []);
  assert.deepEqual(calls, ["prepare a", "prepare b", "prepare c", "cleanup c", "cleanup b", "cleanup a"]);
});

test("the first failure stops prepare; cleanup goes over all, and over failures", async () => {
  const { pipeline, calls } = pipelineOf({ b: { prepare: fail, cleanup: fail } });
  await assert.rejects(
    pipeline.prepare(CONFIG, () => {}),
    { message: "broken" },
  );
  const failures = await pipeline.cleanup(ID);
  assert.deepEqual(failures.map(String), ["Error: broken"]);
  assert.deepEqual(calls, ["prepare a", "cleanup c", "cleanup a"]);
});

test("a prepare that waits for others is told that the container is not wanted any more", async () => {
  const { promise, reject } = Promise.withResolvers<undefined>();
  const waiting = { prepare: () => promise, abort: () => reject(new Error("aborted")) };
  const { pipeline, calls } = pipelineOf({ b: waiting });
  const prepared = pipeline.prepare(CONFIG, () => {});
  pipeline.abort(ID);
  await assert.rejects(prepared, { message: "aborted" });
  assert.deepEqual(calls, ["prepare a"]);
});

test("prepare stops when the container is not wanted any more", async () => {
  const { pipeline, calls } = pipelineOf({});
  let turns = 0;
  const proceed = () => {
    if (++turns === 3) throw new Error("destroyed");
  };
  await assert.rejects(pipeline.prepare(CONFIG, proceed), { message: "destroyed" });
  assert.deepEqual(calls, ["prepare a", "prepare b"]);
});

test("status and usage are merged; an isolator that fails is left out", async () => {
  const { pipeline } = pipelineOf({
    a: { status: fail, usage: async () => ({ cpusLimit: 2 }) },
    b: {
      status: async () => ({ networkInfos: [create(NetworkInfoSchema, { name: "blue" })] }),
      usage: async () => ({ memTotalBytes: 5n }),
    },
    c: { usage: fail },
  });
  const status = await pipeline.status(ID);
  assert.equal(status.containerId?.value, "c");
  assert.deepEqual(
    status.networkInfos.map(({ name }) => name),
    ["blue"],
  );
  const usage = await pipeline.usage(ID, 1_500);
  assert.deepEqual([usage.timestamp, usage.cpusLimit, usage.memTotalBytes], [1.5, 2, 5n]);
});

test("the first isolator that knows explains the end", async () => {
  const limitation = { reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY, message: "m" };
  const { pipeline } = pipelineOf({
    a: { explain: fail },
    b: { explain: async () => undefined },
    c: { explain: async () => limitation },
  });
  assert.equal(await pipeline.explain(ID), limitation);
});

test("limits that are reached are told; a watch that fails is not", async () => {
  const limitation = { reason: TaskStatus_Reason.CONTAINER_LIMITATION_MEMORY, message: "m" };
  const { pipeline } = pipelineOf({ a: { watch: fail }, b: { watch: async () => limitation } });
  assert.equal(await new Promise((resolve) => pipeline.watch(ID, resolve)), limitation);
});
