import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandInfoSchema, type ContainerId, create, parseContainerId } from "@fairlead/mesos-api";
import { createComposingContainerizer } from "./composing-containerizer.ts";
import type { ContainerConfig, Containerizer } from "./containerizer.ts";

const config = (id: string, user?: string): ContainerConfig => ({
  containerId: parseContainerId(id),
  command: create(CommandInfoSchema, {}),
  resources: [],
  limits: {},
  directory: "/",
  environment: {},
  ...(user !== undefined && { user }),
});

/** Serves what carries its name as user; notes what it is asked. */
function fake(name: string, recorded: readonly ContainerConfig[] = []) {
  const calls: string[] = [];
  const alive = new Set<ContainerId>();
  const note = (what: string, id: ContainerId) => void calls.push(`${what} ${id}`);
  const unused = async () => assert.fail("not asked here");
  const containerizer: Containerizer = {
    records: async () => recorded,
    async recover(known) {
      for (const { containerId } of known) {
        note("recover", containerId);
        alive.add(containerId);
      }
    },
    async launch({ containerId, user }) {
      note("launch", containerId);
      if (user === "broken") throw new Error("broken");
      if (user !== name) return false;
      alive.add(containerId);
      return true;
    },
    start: async (id) => note("start", id),
    update: async (id) => note("update", id),
    status: unused,
    usage: unused,
    wait: async () => ({ status: 0 }),
    async kill(id, signal) {
      note(`kill ${signal}`, id);
      return true;
    },
    async destroy(id) {
      note("destroy", id);
      alive.delete(id);
      return { status: 9 };
    },
    containers: () => alive,
    close: async () => void calls.push("close"),
  };
  return { containerizer, calls };
}

test("the first that serves a container has it, to its end", async () => {
  const [a, b] = [fake("a"), fake("b")];
  const all = createComposingContainerizer([a.containerizer, b.containerizer]);
  const made = config("c1", "b");
  assert.equal(await all.launch(made), true);
  await all.start(made.containerId);
  await all.update(made.containerId, [], {});
  assert.deepEqual(await all.wait(made.containerId), { status: 0 });
  assert.equal(await all.kill(made.containerId, 15), true);
  assert.deepEqual([...all.containers()], [made.containerId]);
  assert.deepEqual(await all.destroy(made.containerId), { status: 9 });
  assert.deepEqual(a.calls, ["launch c1"]);
  assert.deepEqual(b.calls, ["launch c1", "start c1", "update c1", "kill 15 c1", "destroy c1"]);
});

test("one that nobody serves, or that fails, belongs to nobody", async () => {
  const all = createComposingContainerizer([fake("a").containerizer, fake("b").containerizer]);
  assert.equal(await all.launch(config("c1", "x")), false);
  await assert.rejects(all.launch(config("c1", "broken")), { message: "broken" });
  const { containerId } = config("c1");
  for (const ask of ["start", "status", "usage", "wait"] as const) {
    await assert.rejects(all[ask](containerId), { code: "CONTAINER_UNKNOWN" });
  }
  assert.equal(await all.kill(containerId, 9), false);
  assert.equal(await all.destroy(containerId), undefined);
  await all.update(containerId, [], {});
});

test("an id is taken once", async () => {
  const all = createComposingContainerizer([fake("a").containerizer]);
  await all.launch(config("c1", "a"));
  await assert.rejects(all.launch(config("c1", "a")), { code: "CONTAINER_EXISTS" });
});

test("each recovers what it has a record of; what nobody has one of, the first", async () => {
  const [a, b] = [fake("a", [config("c1")]), fake("b", [config("c2")])];
  const all = createComposingContainerizer([a.containerizer, b.containerizer]);
  assert.deepEqual((await all.records()).length, 2);
  await all.recover([config("c2"), config("c1"), config("gone")]);
  assert.deepEqual(a.calls, ["recover c1", "recover gone"]);
  assert.deepEqual(b.calls, ["recover c2"]);
  await all.kill(parseContainerId("c2"), 9);
  assert.deepEqual(b.calls, ["recover c2", "kill 9 c2"]);
  await all.close();
  assert.equal(a.calls.at(-1), "close");
});
