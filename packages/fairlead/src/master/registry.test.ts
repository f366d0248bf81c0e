import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentId, AgentInfoSchema, create, parseResources } from "@fairlead/mesos-api";
import { FairleadError } from "../base/errors.ts";
import { createMemoryStore } from "../base/store/memory-store.ts";
import type { Store } from "../base/store/store.ts";
import { VirtualClock } from "../base/virtual-clock.ts";
import { REGISTRY_MAX_UNREACHABLE_AGE_MS } from "./limits.ts";
import { Registry } from "./registry.ts";

const S0 = "S0" as AgentId;
const S1 = "S1" as AgentId;

function info(hostname: string) {
  return create(AgentInfoSchema, { hostname, id: { value: "S0" }, resources: parseResources("cpus:4;mem(web):64") });
}

async function open(store: Store = createMemoryStore()) {
  return { store, ...(await Registry.open(store, new VirtualClock())) };
}

test("admitted agents are there after a restart, with all that they said", async () => {
  const { store, registry } = await open();
  await registry.admit(S0, info("a"));
  await registry.admit(S0, info("b"));
  const { admitted } = await open(store);
  assert.deepEqual([...admitted], [[S0, info("b")]]);
});

test("an agent is admitted or unreachable, never both", async () => {
  const { store, registry } = await open();
  await registry.admit(S0, info("a"));
  await registry.markUnreachable(S0, 1_234.5);
  assert.deepEqual([...registry.unreachable], [[S0, 1_234.5]]);
  const lost = await open(store);
  assert.equal(lost.admitted.size, 0);
  assert.deepEqual([...lost.registry.unreachable], [[S0, 1_234.5]]);
  await lost.registry.admit(S0, info("a"));
  assert.equal(lost.registry.unreachable.size, 0);
  const back = await open(store);
  assert.deepEqual([...back.admitted.keys()], [S0]);
  assert.equal(back.registry.unreachable.size, 0);
});

test("an agent that left is forgotten", async () => {
  const { store, registry } = await open();
  await registry.admit(S0, info("a"));
  await registry.remove(S0);
  assert.equal(registry.sizeBytes, 0);
  assert.equal((await open(store)).admitted.size, 0);
});

test("agents that were lost long ago are forgotten", async () => {
  const { store, registry } = await open();
  await registry.markUnreachable(S0, 1_000);
  await registry.markUnreachable(S1, 2_000);
  assert.deepEqual(await registry.forgetOld(1_000 + REGISTRY_MAX_UNREACHABLE_AGE_MS), []);
  assert.deepEqual(await registry.forgetOld(1_001 + REGISTRY_MAX_UNREACHABLE_AGE_MS), [S0]);
  assert.deepEqual([...(await open(store)).registry.unreachable.keys()], [S1]);
});

test("nothing has changed where the store fails", async () => {
  const memory = createMemoryStore();
  const full: Store = {
    ...memory,
    apply: () => Promise.reject(new FairleadError("STORE_FAILED", "cannot write: no space left on device")),
  };
  const { registry } = await open(full);
  await assert.rejects(registry.markUnreachable(S0, 1), { code: "STORE_FAILED" });
  assert.equal(registry.unreachable.size, 0);
  assert.equal(registry.pending, 0);
  assert.equal(registry.sizeBytes, 0);
});
