import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ContainerInfo_Type } from "@fairlead/mesos-api";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { addressesOf, shellTask } from "../support/framework.ts";
import { PLUGINS_DIR } from "../support/workspace.ts";
import { Cluster } from "./cluster.ts";

inHostLikeNamespaces(import.meta.filename);

test("configurations", async (t) => {
  const cluster = await Cluster.start(t);
  const { workspace } = cluster;
  const bridge = (name: string, ...subnets: string[]) => ({
    type: "bridge",
    bridge: `br-${name}`,
    isGateway: true,
    ipam: workspace.hostLocal(...subnets),
  });

  for (const [file, wrap] of [
    ["one.conf", (plugin: object) => plugin],
    ["two.json", (plugin: object) => plugin],
    ["three.conflist", (plugin: object) => ({ plugins: [plugin] })],
    ["four", (plugin: object) => plugin],
  ] as const) {
    await t.test(`a file named ${file}`, async () => {
      const [name] = file.split(".") as [string];
      workspace.network({ cniVersion: "1.0.0", name, ...wrap(bridge(name, "10.41.0.0/24")) }, file);
      const { status } = await cluster.finish(shellTask(name, "true", { networks: [name] }));
      assert.deepEqual(addressesOf(status), ["10.41.0.2"], status.message);
    });
  }

  await t.test("files that cannot be used, and directories, hide no others", async () => {
    mkdirSync(join(workspace.configDir, "0-directory.conf"));
    writeFileSync(join(workspace.configDir, "0-garbage.conf"), "{");
    writeFileSync(join(workspace.configDir, "0-untyped.conf"), '{"name": "untyped"}');
    // the first of two files with the same name counts
    workspace.network({ cniVersion: "1.0.0", name: "twice", ...bridge("twice", "10.42.0.0/24") }, "1-twice.conf");
    workspace.network({ cniVersion: "1.0.0", name: "twice", ...bridge("other", "10.43.0.0/24") }, "2-twice.conf");
    const { status } = await cluster.finish(shellTask("twice", "true", { networks: ["twice"] }));
    assert.deepEqual(addressesOf(status), ["10.42.0.2"], status.message);
  });

  for (const [index, cniVersion] of ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", undefined].entries()) {
    await t.test(`version ${cniVersion ?? "unset"} of a real plugin: both addresses are told, to the end`, async () => {
      const name = `version${index}`;
      const config = { name, ...bridge(name, `10.44.${index}.0/24`, `fd44:${index}::/64`) };
      workspace.network(cniVersion === undefined ? config : { cniVersion, ...config }, name);
      const task = await cluster.run(shellTask(name, "exec sleep 1000", { networks: [name] }));
      const addresses = [`10.44.${index}.2`, index === 0 ? "fd44::2" : `fd44:${index}::2`];
      assert.deepEqual(addressesOf(task.status), addresses);
      assert.deepEqual(await task.kernelNetworks(), { eth0: addresses });
      const { status } = await cluster.kill(name);
      assert.deepEqual(addressesOf(status), addresses);
    });
  }

  await t.test(
    "version 1.1.0: only what the container itself has is told, whatever more the result holds",
    async () => {
      const result = {
        cniVersion: "1.1.0",
        interfaces: [
          { name: "br-new", mac: "02:00:00:00:00:01", mtu: 1400, socketPath: "/run/new.sock", pciID: "0000:00:00.0" },
          { name: "eth0", mac: "02:00:00:00:00:02", mtu: 1400, sandbox: "NETNS" },
        ],
        ips: [
          { address: "10.45.0.1/24", interface: 0 },
          { address: "10.45.0.9/24", gateway: "10.45.0.1", interface: 1 },
          { address: "fd45::9/64", interface: 1 },
        ],
        routes: [{ dst: "0.0.0.0/0", gw: "10.45.0.1", mtu: 1400, advmss: 1360, priority: 10, table: 254, scope: 0 }],
        dns: { nameservers: ["10.45.0.53"] },
      };
      writeFileSync(workspace.path("result"), JSON.stringify(result));
      workspace.plugin("new", `[ $CNI_COMMAND = DEL ] || sed "s#NETNS#$CNI_NETNS#" ${workspace.path("result")}`);
      workspace.network({ cniVersion: "1.1.0", name: "new", type: "new" }, "new.conf");
      const { status, stdout } = await cluster.finish(shellTask("new", "cat /etc/resolv.conf", { networks: ["new"] }));
      assert.deepEqual(addressesOf(status), ["10.45.0.9", "fd45::9"], status.message);
      assert.equal(stdout, "nameserver 10.45.0.53\n");
    },
  );

  const records = workspace.path("records");
  mkdirSync(records);
  /** A plugin that notes its call, what it gets and the sysctls that it finds, and then does what `real` does. */
  const recorded = (real: string) => {
    const found = "cd /proc/sys/net/ipv6/conf; grep . all/accept_* default/accept_*";
    workspace.plugin(
      `recorded-${real}`,
      `echo $CNI_COMMAND ${real} >>${records}/calls
record=${records}/${real}-$CNI_COMMAND
nsenter --net=$CNI_NETNS sh -c '${found}' >$record.sysctls
cat >$record
exec ${PLUGINS_DIR}/${real} <$record`,
    );
    return { type: `recorded-${real}` };
  };
  const record = (name: string) => JSON.parse(readFileSync(join(records, name), "utf8"));
  const calls = () => readFileSync(join(records, "calls"), "utf8").trimEnd().split("\n");

  await t.test("a chain goes forward on ADD and in reverse on DEL, each plugin with the result so far", async () => {
    const plugins = [
      { ...bridge("chain", "10.46.0.0/24"), ...recorded("bridge"), args: { cni: { kept: true } } },
      recorded("tuning"),
      { ...recorded("portmap"), capabilities: { portMappings: true } },
      recorded("firewall"),
    ];
    workspace.network({ cniVersion: "1.0.0", name: "chain", plugins });
    const labels = { labels: [{ key: "app", value: "web" }] };
    const portMappings = [{ hostPort: 31_046, containerPort: 80, protocol: "TCP" }];
    const networkInfos = [{ name: "chain", labels, groups: ["front"], portMappings }];
    const container = { type: ContainerInfo_Type.MESOS, networkInfos };
    const task = await cluster.run(shellTask("chain", "exec sleep 1000", { container }));
    assert.deepEqual(addressesOf(task.status), ["10.46.0.2"]);
    const types = ["bridge", "tuning", "portmap", "firewall"];
    assert.deepEqual(
      calls(),
      types.map((type) => `ADD ${type}`),
    );

    const stored = workspace.cniPath(task.containerId, "chain/eth0/network.info");
    const result = JSON.parse(readFileSync(stored, "utf8"));
    await cluster.kill("chain");
    assert.deepEqual(
      calls().slice(types.length),
      types.toReversed().map((type) => `DEL ${type}`),
    );
    assert.equal(record("bridge-ADD").prevResult, undefined);
    for (const type of types) {
      if (type !== "bridge") assert.deepEqual(record(`${type}-ADD`).prevResult, result, type);
      assert.deepEqual(record(`${type}-DEL`).prevResult, result, type);
    }
    const network_info = {
      name: "chain",
      groups: ["front"],
      labels,
      port_mappings: [{ host_port: 31_046, container_port: 80, protocol: "TCP" }],
    };
    for (const name of types.flatMap((type) => [`${type}-ADD`, `${type}-DEL`])) {
      const { args, runtimeConfig } = record(name);
      assert.deepEqual(args["org.apache.mesos"], { network_info }, name);
      assert.deepEqual(args.cni, name.startsWith("bridge") ? { kept: true } : undefined, name);
      const mapped = [{ hostPort: 31_046, containerPort: 80, protocol: "tcp" }];
      assert.deepEqual(runtimeConfig, name.startsWith("portmap") ? { portMappings: mapped } : undefined, name);
    }
  });

  await t.test("the namespace is closed to router advertisements and redirects before the first plugin", async () => {
    const found = readFileSync(join(records, "bridge-ADD.sysctls"), "utf8").trim().split("\n");
    for (const conf of ["all", "default"]) {
      for (const key of ["accept_ra", "accept_redirects", "accept_dad"]) {
        assert.ok(found.includes(`${conf}/${key}:0`), found.join("\n"));
      }
    }
  });

  await t.test("a chain that fails at its second plugin is undone, and tells why", async () => {
    writeFileSync(join(records, "calls"), "");
    const failure = `echo '{"cniVersion": "1.0.0", "code": 111, "msg": "no room", "details": "table is full"}'; exit 1`;
    workspace.plugin(
      "failing",
      `echo $CNI_COMMAND failing >>${records}/calls; [ $CNI_COMMAND = DEL ] || { ${failure}; }`,
    );
    const plugins = [{ ...bridge("failing", "10.47.0.0/24"), ...recorded("bridge") }, { type: "failing" }];
    workspace.network({ cniVersion: "1.0.0", name: "failing", plugins });
    const { status } = await cluster.finish(shellTask("failing", "true", { networks: ["failing"] }));
    assert.deepEqual(cluster.states("failing"), ["TASK_FAILED"]);
    assert.match(status.message, /CNI network 'failing'.*no room: table is full/);
    assert.deepEqual(calls(), ["ADD bridge", "ADD failing", "DEL failing", "DEL bridge"]);
  });
});
