import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { machine } from "../support/machine.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

const TIMEOUT = "2secs";
const PLAIN_RESULT = `echo '{"cniVersion": "1.0.0", "ips": [{"address": "10.79.0.9/24"}]}'`;

test("plugins that do not do what they should fail the launch in their own words", async (t) => {
  const cluster = await Cluster.start(t, `--network_cni_plugin_timeout=${TIMEOUT}`);
  const { workspace } = cluster;
  // the first one of all makes the directory of cgroups
  await cluster.finish(shellTask("first", "true"));
  const before = machine(workspace);
  for (const [name, add, message] of [
    ["hangs", "sleep 1000", /did not end in time and was killed$/],
    ["hangs-in-a-child", "sleep 1000 & wait", /did not end in time and was killed$/],
    ["prints-no-result", "echo all is well", /all is well/],
    ["prints-nothing", "true", /result/],
    ["prints-too-much", "head -c 10000000 /dev/zero | tr '\\0' x", /printed too much and was killed/],
    ["fails-silently", "exit 7", /7/],
    ["fails-on-stderr", "echo the switch is off >&2; exit 1", /the switch is off/],
    ["is-killed", "kill -9 $$", /SIGKILL|signal/],
    ["gives-no-address-but-an-error", `echo '{"code": 100, "msg": "try again"}'; exit 1`, /try again/],
  ] as const) {
    await t.test(`a plugin that ${name.replaceAll("-", " ")}`, async () => {
      const calls = workspace.path(`${name}.calls`);
      workspace.plugin(name, `echo $CNI_COMMAND >>${calls}; [ $CNI_COMMAND = DEL ] || { ${add}; }`);
      workspace.network({ cniVersion: "1.0.0", name, type: name }, `${name}.conf`);
      const { status } = await cluster.finish(shellTask(name, "true", { networks: [name] }));
      assert.deepEqual(cluster.states(name), ["TASK_FAILED"]);
      assert.equal(status.source, TaskStatus_Source.AGENT);
      assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
      assert.match(status.message, new RegExp(`^Failed to launch container: .* CNI network '${name}'`));
      assert.match(status.message, message);
      assert.ok(status.message.length < 4096, "an update has a bound");
      assert.deepEqual(addressesOf(status), []);
      assert.equal(readFileSync(calls, "utf8"), "ADD\nDEL\n");
      assert.deepEqual(machine(workspace), before, "what it has started is killed, too");
    });
  }

  await t.test("the next launch on such a network works when its plugin does", async () => {
    workspace.plugin("hangs", `[ $CNI_COMMAND = DEL ] || ${PLAIN_RESULT}`);
    const { status } = await cluster.finish(shellTask("again", "true", { networks: ["hangs"] }));
    assert.deepEqual(addressesOf(status), ["10.79.0.9"], status.message);
    assert.equal(existsSync(workspace.cniPath(status.containerStatus!.containerId!.value)), false);
  });
});
