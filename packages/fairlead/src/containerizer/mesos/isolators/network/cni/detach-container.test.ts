import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { CniError, type PluginCall, parseNetworkConfig } from "@fairlead/cni";
import { recordingExec } from "@fairlead/cni/testing";
import { type ContainerId, create, NetworkInfoSchema } from "@fairlead/mesos-api";
import { VirtualClock } from "../../../../../base/virtual-clock.ts";
import { AttachmentStore } from "./attachment-store.ts";
import { detachContainer } from "./detach-container.ts";
import { recordingLogger } from "./log.fixture.ts";
import { withMesosArgs } from "./mesos-args.ts";
import { networkConfPath, networkInfoPath } from "./paths.ts";
import { temporaryDirectory } from "./temporary-directory.fixture.ts";

const ID = "c1" as ContainerId;

/** A container whose networks were attached in this order; its `ns` is an empty file, as after a reboot. */
async function attached(t: TestContext, networks: readonly string[]) {
  const rootDir = await temporaryDirectory(t);
  const failing = new Set<string>();
  const exec = recordingExec((call: PluginCall) => {
    if (failing.has(call.type)) throw new CniError("CNI_PLUGIN_FAILED", `${call.type} says no`);
    return undefined;
  });
  const store = new AttachmentStore(rootDir, ID);
  await mkdir(`${rootDir}/${ID}`);
  await writeFile(`${rootDir}/${ID}/ns`, "");
  await writeFile(`${rootDir}/${ID}/hosts`, "");
  for (const [index, name] of networks.entries()) {
    const list = parseNetworkConfig({
      name,
      cniVersion: "1.0.0",
      plugins: [{ type: `${name}1`, capabilities: { portMappings: true } }, { type: `${name}2` }],
    });
    const info = create(NetworkInfoSchema, { name, portMappings: [{ hostPort: 80, containerPort: 8080 }] });
    await store.storeConf(name, `eth${index}`, withMesosArgs(list, info));
    await store.storeResult(name, `eth${index}`, { cniVersion: "1.0.0", ips: [{ address: `10.0.${index}.2/24` }] });
  }
  const log = recordingLogger();
  const network = { run: async () => undefined as never };
  const context = { rootDir, exec, network, log, clock: new VirtualClock() };
  const detach = () => detachContainer(context, ID);
  return { rootDir, store, exec, failing, log, detach };
}

const types = (calls: readonly PluginCall[]) => calls.map(({ command, type }) => `${command} ${type}`);

test("networks are detached in reverse order, chains in reverse, then nothing is left", async (t) => {
  // a directory lists them in any order: what counts is the interface
  const { rootDir, exec, detach } = await attached(t, ["z", "a", "m"]);
  await detach();
  assert.deepEqual(types(exec.calls), ["DEL m2", "DEL m1", "DEL a2", "DEL a1", "DEL z2", "DEL z1"]);
  assert.deepEqual(await readdir(rootDir), []);
  await detach();
  assert.equal(exec.calls.length, 6);
});

test("DEL gets what ADD got: configuration, capabilities, result; no namespace where there is none any more", async (t) => {
  const { exec, detach } = await attached(t, ["blue"]);
  await detach();
  assert.deepEqual(exec.calls[1], {
    command: "DEL",
    type: "blue1",
    containerId: "c1",
    ifName: "eth0",
    netns: undefined,
    args: undefined,
    config: {
      type: "blue1",
      name: "blue",
      cniVersion: "1.0.0",
      args: {
        "org.apache.mesos": {
          network_info: { name: "blue", port_mappings: [{ host_port: 80, container_port: 8080 }] },
        },
      },
      runtimeConfig: { portMappings: [{ hostPort: 80, containerPort: 8080, protocol: "tcp" }] },
      prevResult: { cniVersion: "1.0.0", ips: [{ address: "10.0.0.2/24" }] },
    },
  });
});

test("a failure does not keep the others; all are reported, and the next attempt does the rest", async (t) => {
  const { rootDir, exec, failing, detach } = await attached(t, ["a", "b", "c"]);
  failing.add("c1").add("a2");
  await assert.rejects(detach(), {
    code: "NETWORK_FAILED",
    message:
      "Failed to detach container c1 from CNI network 'c': c1 says no\nFailed to detach container c1 from CNI network 'a': a2 says no",
  });
  assert.deepEqual((await readdir(`${rootDir}/c1`)).toSorted(), ["a", "c", "hosts", "ns"]);
  failing.clear();
  exec.calls.length = 0;
  await detach();
  assert.deepEqual(types(exec.calls), ["DEL c2", "DEL c1", "DEL a2", "DEL a1"]);
  assert.deepEqual(await readdir(rootDir), []);
});

test("a network whose configuration was not stored, or is removed already, has nothing to detach", async (t) => {
  const { rootDir, exec, detach } = await attached(t, ["a", "b"]);
  await rm(networkConfPath(rootDir, ID, "b"));
  await mkdir(`${rootDir}/c1/empty`);
  await detach();
  assert.deepEqual(types(exec.calls), ["DEL a2", "DEL a1"]);
  assert.deepEqual(await readdir(rootDir), []);
});

test("a result that is missing or damaged is done without", async (t) => {
  const { rootDir, exec, log, detach } = await attached(t, ["a", "b"]);
  await rm(networkInfoPath(rootDir, ID, "a", "eth0"));
  await writeFile(networkInfoPath(rootDir, ID, "b", "eth1"), '{"ips": [{"addr');
  await detach();
  assert.equal(exec.calls.length, 4);
  assert.ok(exec.calls.every(({ config }) => config.prevResult === undefined));
  assert.deepEqual(log.lines.filter(({ level }) => level === "warn").length, 1);
  assert.deepEqual(await readdir(rootDir), []);
});

test("a damaged configuration is reported and kept, the other networks are detached", async (t) => {
  const { rootDir, exec, detach } = await attached(t, ["a", "b"]);
  await writeFile(networkConfPath(rootDir, ID, "a"), "{");
  await assert.rejects(detach(), {
    code: "NETWORK_FAILED",
    message: /^Failed to detach container c1 from CNI network 'a': /,
  });
  assert.deepEqual(types(exec.calls), ["DEL b2", "DEL b1"]);
  assert.deepEqual((await readdir(`${rootDir}/c1`)).toSorted(), ["a", "hosts", "ns"]);
});

test("a plugin that is not there any more is named", async (t) => {
  const { detach, exec } = await attached(t, ["a"]);
  exec.run = async () => {
    throw new CniError("CNI_PLUGIN_NOT_FOUND", "x", { plugin: "a2" });
  };
  await assert.rejects(detach(), {
    message: "Unable to find the plugin a2 required to detach c1 from network 'a'",
  });
});
