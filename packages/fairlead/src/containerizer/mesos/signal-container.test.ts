import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContainerId } from "@fairlead/mesos-api";
import { VirtualClock } from "../../base/virtual-clock.ts";
import type { ContainerCgroup } from "./cgroups/container-cgroup.ts";
import { Container } from "./container.ts";
import { INIT_FORK_TIMEOUT_MS } from "./limits.ts";
import { containerPaths } from "./paths.ts";
import { signalContainer } from "./signal-container.ts";

const ID = parseContainerId("c");
const SIGTERM = 15;
const SIGKILL = 9;

/** A launched container whose processes the test invents; `sent` notes who got which signal. */
function containerOf(pids: number[], isInit: boolean) {
  const sent: string[] = [];
  // the methods that are used here
  const cgroup = {
    processes: async () => pids,
    signal: async (signal: number, except?: number) => {
      const reached = pids.filter((pid) => pid !== except);
      sent.push(...reached.map((pid) => `${signal} ${pid}`));
      return reached.length > 0;
    },
  } as unknown as ContainerCgroup;
  const container = new Container(ID, containerPaths("/run", ID), cgroup);
  const identity = { pid: 1, startTime: "" };
  container.process = { init: identity, conmon: identity, isInit, runtime: "crun" };
  container.started = true;
  return { container, sent };
}

test("every process gets the signal; an init of ours does not", async () => {
  const plain = containerOf([1, 2], false);
  assert.equal(await signalContainer({ clock: new VirtualClock() }, plain.container, SIGTERM), true);
  assert.deepEqual(plain.sent, ["15 1", "15 2"]);
  const withInit = containerOf([1, 2, 3], true);
  assert.equal(await signalContainer({ clock: new VirtualClock() }, withInit.container, SIGTERM), true);
  assert.deepEqual(withInit.sent, ["15 2", "15 3"]);
});

test("nobody is there: false", async () => {
  const clock = new VirtualClock();
  assert.equal(await signalContainer({ clock }, containerOf([], false).container, SIGTERM), false);
  assert.equal(await signalContainer({ clock }, containerOf([], true).container, SIGTERM), false);
  const never = containerOf([], true).container;
  never.process = undefined;
  assert.equal(await signalContainer({ clock }, never, SIGTERM), false);
});

test("an init that has not forked yet is waited for", async () => {
  const pids = [1];
  const clock = new VirtualClock();
  const { container, sent } = containerOf(pids, true);
  const signalled = signalContainer({ clock }, container, SIGTERM);
  await clock.advance(10);
  assert.deepEqual(sent, []);
  pids.push(2);
  await clock.advance(10);
  assert.equal(await signalled, true);
  assert.deepEqual(sent, ["15 2"]);
});

test("an init that stays alone gets the signal itself, SIGKILL at once", async () => {
  const clock = new VirtualClock();
  const { container, sent } = containerOf([1], true);
  assert.equal(await signalContainer({ clock }, container, SIGKILL), true);
  const signalled = signalContainer({ clock }, container, SIGTERM);
  await clock.advance(INIT_FORK_TIMEOUT_MS);
  assert.equal(await signalled, true);
  assert.deepEqual(sent, ["9 1", "15 1"]);
});

test("before the command begins, an init cannot handle anything: it is killed", async () => {
  const { container, sent } = containerOf([1], true);
  container.started = false;
  assert.equal(await signalContainer({ clock: new VirtualClock() }, container, SIGTERM), true);
  assert.deepEqual(sent, ["9 1"]);
});
