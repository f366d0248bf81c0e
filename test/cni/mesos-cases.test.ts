import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ContainerInfo_Type, TaskState, TaskStatus_Reason, TaskStatus_Source } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { poll } from "../support/poll.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

const DNS = {
  nameservers: ["10.31.0.53", "10.31.0.54"],
  domain: "blue.example",
  search: ["a.example", "b.example", "a.example"],
  options: ["ndots:2", "attempts:1"],
};

/** The cases of Mesos's own tests of `network/cni` that need no Internet, with real namespaces and plugins; named after them. */
test("the cases of Mesos's CNI isolator tests", async (t) => {
  const cluster = await Cluster.start(t);
  const { framework, workspace } = cluster;
  workspace.bridge("blue", "10.31.0.0/24", { dns: DNS });
  const leftOf = (containerId: string) => existsSync(workspace.cniPath(containerId));

  await t.test("VerifyCheckpointedInfo: the tree is there while the task runs, and gone after a kill", async () => {
    const task = await cluster.run(shellTask("checkpointed", "exec sleep 1000", { networks: ["blue"] }));
    const tree = readdirSync(workspace.cniPath(task.containerId), { recursive: true, encoding: "utf8" });
    assert.deepEqual(tree.toSorted(), [
      "blue",
      "blue/eth0",
      "blue/eth0/network.info",
      "blue/network.conf",
      "hostname",
      "hosts",
      "ns",
      "resolv.conf",
    ]);
    const pid = task.status.containerStatus!.executorPid;
    assert.equal(statSync(task.pin).ino, statSync(`/proc/${pid}/ns/net`).ino);
    assert.notEqual(statSync(task.pin).ino, statSync("/proc/self/ns/net").ino);
    const { ips } = JSON.parse(readFileSync(workspace.cniPath(task.containerId, "blue/eth0/network.info"), "utf8"));
    assert.deepEqual(
      ips.map(({ address }: { address: string }) => address),
      addressesOf(task.status).map((address) => `${address}/24`),
    );
    const { status } = await cluster.kill("checkpointed");
    assert.equal(status.state, TaskState.TASK_KILLED);
    assert.equal(leftOf(task.containerId), false);
  });

  await t.test("FailedPlugin: one update, TASK_FAILED, with the plugin's words; the next launch works", async () => {
    workspace.plugin("broken", "[ $CNI_COMMAND = DEL ] || { echo no JSON at all; exit 1; }");
    workspace.network({ cniVersion: "1.0.0", name: "broken", type: "broken" }, "broken.conf");
    const { status } = await cluster.finish(shellTask("failed-plugin", "true", { networks: ["broken"] }));
    assert.deepEqual(cluster.states("failed-plugin"), ["TASK_FAILED"]);
    assert.equal(status.source, TaskStatus_Source.AGENT);
    assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
    assert.match(status.message, /^Failed to launch container: .* CNI network 'broken'.*no JSON at all/);
    assert.deepEqual(addressesOf(status), []);
    await cluster.output(shellTask("after-failed-plugin", "true", { networks: ["blue"] }));
  });

  await t.test("DestroyWhilePreparing: the plugin is cut short, the network detached, nothing is left", async () => {
    const calls = workspace.path("hanging-calls");
    workspace.plugin(
      "hanging",
      `echo "$CNI_COMMAND $CNI_CONTAINERID" >>${calls}; [ $CNI_COMMAND = DEL ] || sleep 1000`,
    );
    workspace.network({ cniVersion: "1.0.0", name: "hanging", type: "hanging" }, "hanging.conf");
    await framework.launch(shellTask("hanging", "true", { networks: ["blue", "hanging"] }));
    await poll(() => existsSync(calls));
    const { status } = await cluster.kill("hanging");
    assert.deepEqual(cluster.states("hanging"), ["TASK_KILLED"]);
    assert.equal(status.reason, TaskStatus_Reason.TASK_KILLED_DURING_LAUNCH);
    const containerId = readFileSync(calls, "utf8").split(/\s/)[1]!;
    assert.equal(readFileSync(calls, "utf8"), `ADD ${containerId}\nDEL ${containerId}\n`);
    assert.equal(leftOf(containerId), false);
    assert.deepEqual(takenAddresses(workspace.addressDir), []);
  });

  await t.test("EnvironmentLibprocessIP: a task binds to its own address, unless its command says else", async () => {
    const print = "echo $LIBPROCESS_IP";
    assert.equal(await cluster.output(shellTask("libprocess-ip", print, { networks: ["blue"] })), "0.0.0.0\n");
    const environment = { variables: [{ name: "LIBPROCESS_IP", value: "10.9.8.7" }] };
    const own = shellTask("own-libprocess-ip", "", { networks: ["blue"], command: { value: print, environment } });
    assert.equal(await cluster.output(own), "10.9.8.7\n");
    assert.equal(await cluster.output(shellTask("host-libprocess-ip", print)), "127.0.0.1\n");
  });

  await t.test("DynamicAddDelofCniConfig: networks come, change and go without a restart", async () => {
    const unknown = async (id: string) => {
      const { status } = await cluster.finish(shellTask(id, "true", { networks: ["late"] }));
      assert.deepEqual(cluster.states(id), ["TASK_FAILED"]);
      assert.equal(status.reason, TaskStatus_Reason.CONTAINER_LAUNCH_FAILED);
      assert.equal(status.message, "Failed to launch container: Unknown CNI network 'late'");
    };
    await unknown("before");
    workspace.bridge("late", "10.32.0.0/24");
    const added = await cluster.run(shellTask("added", "exec sleep 1000", { networks: ["late"] }));
    assert.deepEqual(addressesOf(added.status), ["10.32.0.2"]);
    workspace.bridge("late", "10.33.0.0/24", { bridge: "br-later" });
    const changed = await cluster.run(shellTask("changed", "exec sleep 1000", { networks: ["late"] }));
    assert.deepEqual(addressesOf(changed.status), ["10.33.0.2"]);
    workspace.removeNetwork("late");
    await unknown("after");
    // the living are detached from what they were attached to
    for (const task of [added, changed]) {
      await cluster.kill(task.id);
      assert.equal(leftOf(task.containerId), false);
    }
    assert.deepEqual(takenAddresses(workspace.addressDir), []);
  });

  await t.test("OverrideHostname: the name that is asked for, else the container's id", async () => {
    const show = "hostname; cat /etc/hostname; echo; cat /etc/hosts";
    const container = { type: ContainerInfo_Type.MESOS, hostname: "test", networkInfos: [{ name: "blue" }] };
    const named = await cluster.finish(shellTask("named", show, { container }));
    const [address] = addressesOf(named.status);
    const hosts = (name: string, ip: string) =>
      `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n${ip} ${name}\n`;
    assert.equal(named.stdout, `test\ntest\n${hosts("test", address!)}`);
    const unnamed = await cluster.finish(shellTask("unnamed", show, { networks: ["blue"] }));
    const id = unnamed.status.containerStatus!.containerId!.value;
    assert.equal(unnamed.stdout, `${id}\n${id}\n${hosts(id, addressesOf(unnamed.status)[0]!)}`);
    const before = hostname();
    const onHost = shellTask("host-name", "hostname", { container: { type: ContainerInfo_Type.MESOS, hostname: "x" } });
    assert.equal(await cluster.output(onHost), `${before}\n`);
    assert.equal(hostname(), before);
  });

  await t.test("VerifyResolverConfig: exactly what the network says, which the task cannot change", async () => {
    const command = "cat /etc/resolv.conf; echo nameserver 192.0.2.1 2>/dev/null >>/etc/resolv.conf || echo refused";
    assert.equal(
      await cluster.output(shellTask("resolver", command, { networks: ["blue"] })),
      "domain blue.example\nsearch a.example b.example a.example\noptions ndots:2 attempts:1\n" +
        "nameserver 10.31.0.53\nnameserver 10.31.0.54\nrefused\n",
    );
    workspace.bridge("silent", "10.34.0.0/24", { dns: { search: ["only.example"] } });
    assert.equal(
      await cluster.output(shellTask("host-resolver", command, { networks: ["silent"] })),
      `${readFileSync("/etc/resolv.conf", "utf8")}refused\n`,
    );
  });

  assert.deepEqual(cluster.states("failed-plugin"), ["TASK_FAILED"], "nothing has come after it");
});

/** The addresses that host-local has given out. */
function takenAddresses(addressDir: string): string[] {
  const files = readdirSync(addressDir, { recursive: true, encoding: "utf8" });
  return files.filter((file) => /\/[\d.]+$/.test(file)).map((file) => join(addressDir, file));
}
