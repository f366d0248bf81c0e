import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerId } from "@fairlead/mesos-api";
import { silentLogger } from "../../../../../base/log.ts";
import { VirtualClock } from "../../../../../base/virtual-clock.ts";
import { createNetworkWorker } from "../../../../../network/worker/start-network-worker.ts";
import { createCniIsolator } from "./cni-isolator.ts";
import { containerConfig } from "./container-config.fixture.ts";

const OPTIONS = {
  rootDir: "/nonexistent/fairlead/cni",
  builtInPlugins: new Set<string>(),
  pluginTimeoutMs: 1000,
  network: createNetworkWorker({ log: silentLogger, poolSize: 0 }),
  log: silentLogger,
  clock: new VirtualClock(),
};

test("without flags, containers on the host's network work and every named network is unknown", async () => {
  const isolator = createCniIsolator(OPTIONS);
  assert.equal(isolator.name, "network/cni");
  await isolator.recover([], ["c0" as ContainerId]);
  assert.equal(await isolator.prepare(containerConfig("c1", [{}], { hostname: "h" })), undefined);
  await assert.rejects(isolator.prepare(containerConfig("c2", [{}, { name: "blue" }])), {
    code: "NETWORK_UNKNOWN",
    message: "Unknown CNI network 'blue'",
  });
  await isolator.cleanup("c2" as ContainerId);
  await isolator.cleanup("c1" as ContainerId);
});

test("one flag without the other is refused", () => {
  for (const flags of [{ pluginsDir: "/usr/lib/cni" }, { configDir: "/etc" }]) {
    assert.throws(() => createCniIsolator({ ...OPTIONS, ...flags }), { code: "FLAG_INVALID" });
  }
});
