import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { getJson } from "../clients/wire/ask.ts";
import { onNetworks, task } from "../clients/wire/tasks.ts";
import { WireFramework } from "../clients/wire/wire-framework.ts";
import { run } from "../demo/run.ts";
import { inHostLikeNamespaces } from "../kernel/host-like.ts";
import { firewallElements } from "../support/firewall-elements.ts";
import { Workspace } from "../support/workspace.ts";

inHostLikeNamespaces(import.meta.filename);

/** What must never become a part of a path, a line of a file, or an option. */
const BAD_IDS: readonly (readonly [what: string, text: string])[] = [
  ["nothing", ""],
  ["a directory's own name", "."],
  ["the directory above", ".."],
  ["a way out", "../../../evil"],
  ["an absolute path", "/evil"],
  ["a slash", "a/b"],
  ["a backslash", "a\\b"],
  ["NUL", "a\0b"],
  ["a line break", "a\nb"],
  ["an escape sequence", "\u001b[2J"],
  ["DEL", "a\u007fb"],
  ["300 bytes", "x".repeat(300)],
  ["300 bytes of fewer characters", "ü".repeat(150)],
  ["half a character", "a\ud800b"],
];

/** Strange, and nobody's harm: they are names of directories like others. */
const ODD_IDS: readonly (readonly [what: string, text: string])[] = [
  ["255 bytes", "x".repeat(255)],
  ["letters of other scripts", "задача-任務-🚀"],
  ["what a shell would read", "$(touch evil); `touch evil` 'q' \"d\" & | > evil"],
  ["an option", "--force"],
  ["a name that the agent uses itself", "latest"],
  ["dots", "..."],
  ["percent signs and spaces", "100 % %2e%2e%2f %s %n"],
];

test("names that come from frameworks", async (t) => {
  const workspace = new Workspace(t);
  workspace.bridge("blue", "10.81.0.0/24");
  const local = await workspace.startLocal();
  const framework = await WireFramework.subscribe();
  /** Directories only: databases are written all the time. */
  const tree = () => directories(workspace.directory);

  for (const [what, id] of BAD_IDS) {
    await t.test(`a task whose id is ${what}: TASK_ERROR, nothing is made`, async () => {
      const before = tree();
      const seen = framework.updates.length;
      await framework.launch(task(id, "touch /evil"));
      const status = await framework.until("its end", () => framework.updates[seen]);
      assert.deepEqual([status.state, status.reason], ["TASK_ERROR", "REASON_TASK_INVALID"]);
      assert.match(status.message!, /^ID must not be|is disallowed$|contains invalid characters$/);
      assert.deepEqual(tree(), before);
    });

    await t.test(`an executor whose id is ${what}: TASK_ERROR, nothing is made`, async () => {
      const before = tree();
      const executor = {
        executor_id: { value: id },
        command: { value: "touch /evil" },
        framework_id: { value: framework.id },
      };
      const taskId = `with-executor-${BAD_IDS.findIndex(([, bad]) => bad === id)}`;
      const offer = await framework.offer();
      await framework.accept(
        [offer],
        [{ type: "LAUNCH", launch: { task_infos: [{ ...task(taskId, "")(offer), command: null, executor }] } }],
      );
      const status = await framework.update(taskId, "TASK_ERROR");
      assert.match(status.message!, /ID must not be|is disallowed|contains invalid characters/);
      assert.deepEqual(tree(), before);
    });

    // without an id the master makes one
    if (id !== "") {
      await t.test(`a framework whose id is ${what}: an ERROR, and it is not there`, async () => {
        const before = tree();
        const refused = await WireFramework.subscribe({ info: { id: { value: id } } });
        await refused.untilEnded();
        assert.deepEqual(
          refused.events.map(({ type }) => type),
          ["ERROR"],
        );
        assert.match(refused.events[0]!.error!.message, /ID must not be|is disallowed|contains invalid characters/);
        const { frameworks } = await getJson<{ frameworks: { id: string }[] }>("/frameworks");
        assert.deepEqual(
          frameworks.map((one) => one.id),
          [framework.id],
        );
        assert.deepEqual(tree(), before);
      });
    }
  }

  for (const [what, id] of ODD_IDS) {
    await t.test(`ids that are ${what} name a task, and nothing else`, async () => {
      await using odd = await WireFramework.subscribe({ info: { id: { value: id }, name: id } });
      assert.equal(odd.id, id);
      await odd.launch(task(id, 'printf %s "$MESOS_EXECUTOR_ID"; touch mine', onNetworks("blue")));
      const { agent_id } = await odd.update(id, "TASK_FINISHED");
      const sandbox = workspace.path("work/slaves", agent_id!.value, "frameworks", id, "executors", id, "runs/latest");
      assert.equal(readFileSync(join(sandbox, "stdout"), "utf8"), id);
      assert.deepEqual(readdirSync(sandbox).sort(), ["mine", "stderr", "stdout"]);
      assert.ok(!findNames(workspace.directory).includes("evil"));
      // what is shown stays JSON, and stays one line of the log
      await getJson("/state");
      await getJson("/state", 5051);
    });
  }

  for (const [what, network] of [
    ...BAD_IDS.filter(([, id]) => id !== ""),
    ["a file of the agent", "ns"],
    ["another file of the agent", "resolv.conf"],
    ["spaces", "a b"],
    ["letters of other scripts", "сеть"],
  ] as const) {
    await t.test(`a network whose name is ${what}: TASK_FAILED, and nothing of a network is made`, async () => {
      const taskId = `on-${what.replaceAll(/\W/g, "-")}`;
      await framework.launch(task(taskId, "touch /evil", onNetworks(network)));
      const status = await framework.update(taskId, "TASK_FAILED");
      assert.equal(status.reason, "REASON_CONTAINER_LAUNCH_FAILED");
      assert.match(status.message!, /Unknown CNI network '/);
      assert.doesNotMatch(status.message!, /[\x00-\x1f]/);
      assert.deepEqual(readdirSync(workspace.cniPath("")), []);
    });
  }

  for (const [what, hostname] of [
    ...BAD_IDS,
    ["a second word", "a 10.0.0.1 evil"],
    ["a comment", "a#b"],
    ["an option", "-a"],
    ["65 bytes", "x".repeat(65)],
    ["two dots", "a..b"],
  ] as const) {
    await t.test(`a hostname that is ${what}: TASK_FAILED, with the reason`, async () => {
      const taskId = `host-${what.replaceAll(/\W/g, "-")}`;
      const container = { type: "MESOS", hostname, network_infos: [{ name: "blue" }] };
      await framework.launch(task(taskId, "touch /evil", { container }));
      const status = await framework.update(taskId, "TASK_FAILED");
      assert.match(status.message!, /Invalid hostname .*: it (is|must)/);
      assert.deepEqual(readdirSync(workspace.cniPath("")), []);
    });
  }

  await t.test(
    "labels, groups, protocols and addresses with control characters: TASK_FAILED, and no plugin has run",
    async () => {
      const infos = {
        "label-key": { labels: { labels: [{ key: "a\nb", value: "v" }] } },
        "label-value": { labels: { labels: [{ key: "k", value: "v\u0000" }] } },
        group: { groups: ["g\r"] },
        protocol: { port_mappings: [{ host_port: 31000, container_port: 80, protocol: "tcp\n" }] },
        address: { ip_addresses: [{ ip_address: "10.0.0.1\n" }] },
      };
      for (const [what, info] of Object.entries(infos)) {
        const container = { type: "MESOS", network_infos: [{ name: "blue", ...info }] };
        await framework.launch(task(`control-${what}`, "touch /evil", { container }));
        const status = await framework.update(`control-${what}`, "TASK_FAILED");
        assert.match(status.message!, /holds control characters/);
      }
      assert.deepEqual(taken(workspace), []);
    },
  );

  await t.test("labels with slashes, quotes and rules of a firewall are data, to the last character", async () => {
    workspace.network({
      cniVersion: "1.0.0",
      name: "mapped",
      plugins: [
        {
          type: "bridge",
          bridge: "br-mapped",
          isGateway: true,
          ipMasq: true,
          ipam: workspace.hostLocal("10.82.0.0/24"),
        },
        { type: "portmap", capabilities: { portMappings: true }, snat: true },
      ],
    });
    const labels = [
      { key: "path/like", value: "../../etc/passwd" },
      { key: "quoted", value: `"; flush ruleset; ' $(touch /evil) \`touch /evil\` -j ACCEPT` },
      { key: "../..", value: "/" },
      { key: "none" },
    ];
    const network_infos = [
      {
        name: "mapped",
        labels: { labels },
        port_mappings: [{ host_port: 31007, container_port: 80, protocol: "tcp" }],
      },
    ];
    await framework.launch(task("labelled", "sleep 1000", { container: { type: "MESOS", network_infos } }));
    const { container_status } = await framework.update("labelled", "TASK_RUNNING");
    const containerId = container_status!.container_id!.value;
    const [info] = container_status!.network_infos as unknown as [{ labels: { labels: object[] } }];
    assert.deepEqual(info.labels.labels, labels);
    const conf = JSON.parse(readFileSync(workspace.cniPath(containerId, "mapped", "network.conf"), "utf8")) as {
      plugins: { args: { "org.apache.mesos": { network_info: { labels: { labels: object[] } } } } }[];
    };
    assert.deepEqual(conf.plugins[0]!.args["org.apache.mesos"].network_info.labels.labels, labels);
    assert.deepEqual(readdirSync(workspace.cniPath(containerId)).sort(), ["hostname", "hosts", "mapped", "ns"]);
    assert.ok(firewallElements().some((element) => element.endsWith(` ${containerId} eth0`)));
    const rules = await run("nft", "list", "ruleset");
    assert.ok(!rules.includes("flush ruleset") && !rules.includes("touch /evil"));
    await framework.kill("labelled");
    await framework.update("labelled", "TASK_KILLED");
  });

  await t.test("protocols of mapped ports that are none", async () => {
    for (const protocol of ["../x", "tcp -j ACCEPT", "TCP/udp"]) {
      const network_infos = [{ name: "mapped", port_mappings: [{ host_port: 31008, container_port: 80, protocol }] }];
      const taskId = `protocol-${protocol.replaceAll(/\W/g, "-")}`;
      await framework.launch(task(taskId, "touch /evil", { container: { type: "MESOS", network_infos } }));
      const status = await framework.update(taskId, "TASK_FAILED");
      assert.equal(status.reason, "REASON_CONTAINER_LAUNCH_FAILED");
    }
    assert.ok(!(await run("iptables-save", "-t", "nat")).includes("31008"));
  });

  await t.test("types of plugins that are paths: the network is not known", async () => {
    for (const [i, type] of ["../../../bin/sh", "/bin/sh", "..", "a\\b", "sh\n", "x".repeat(300)].entries()) {
      workspace.network({ cniVersion: "1.0.0", name: `path-${i}`, plugins: [{ type }] });
      await framework.launch(task(`typed-${i}`, "touch /evil", onNetworks(`path-${i}`)));
      const status = await framework.update(`typed-${i}`, "TASK_FAILED");
      assert.match(status.message!, new RegExp(`Unknown CNI network 'path-${i}'`));
    }
    for (const [i, ipam] of ["../../../bin/sh", "/bin/sh"].entries()) {
      workspace.network({
        cniVersion: "1.0.0",
        name: `ipam-${i}`,
        plugins: [{ type: "bridge", bridge: `br-ipam${i}`, ipam: { type: ipam } }],
      });
      await framework.launch(task(`ipam-${i}`, "touch /evil", onNetworks(`ipam-${i}`)));
      assert.equal((await framework.update(`ipam-${i}`, "TASK_FAILED")).reason, "REASON_CONTAINER_LAUNCH_FAILED");
    }
  });

  await t.test(
    "what a plugin says of the name service is checked before it becomes a line of resolv.conf",
    async () => {
      for (const [what, dns] of [
        ["server", { nameservers: ["10.0.0.1\nnameserver 6.6.6.6"] }],
        ["no-server", { nameservers: ["evil.example"] }],
        ["zone", { nameservers: ["fe80::1%eth0\noptions evil"] }],
        ["domain", { nameservers: ["10.0.0.1"], domain: "a\nnameserver 6.6.6.6" }],
        ["search", { nameservers: ["10.0.0.1"], search: ["ok.example", "a b"] }],
        ["option", { nameservers: ["10.0.0.1"], options: ["ndots:2\nnameserver 6.6.6.6"] }],
        ["nul", { nameservers: ["10.0.0.1"], options: ["a\0b"] }],
        ["number", { nameservers: [1] }],
      ] as const) {
        const result = JSON.stringify({ cniVersion: "1.0.0", dns });
        workspace.plugin(`dns-${what}`, `[ "$CNI_COMMAND" != ADD ] || cat <<'END'\n${result}\nEND`);
        workspace.network({ cniVersion: "1.0.0", name: `dns-${what}`, plugins: [{ type: `dns-${what}` }] });
        await framework.launch(task(`dns-${what}`, "cat /etc/resolv.conf; touch /evil", onNetworks(`dns-${what}`)));
        const status = await framework.update(`dns-${what}`, "TASK_FAILED");
        assert.match(status.message!, /dns\./, what);
      }
      assert.deepEqual(readdirSync(workspace.cniPath("")), []);
    },
  );

  await t.test("users that are options, numbers, paths or nobody: TASK_FAILED, and named", async () => {
    for (const [i, user] of ["-u", "0", "../root", "root:root", " root", "no-such-user", "x".repeat(300)].entries()) {
      await framework.launch(task(`user-${i}`, "touch /evil", { command: { value: "touch /evil", user } }));
      const status = await framework.update(`user-${i}`, "TASK_FAILED");
      assert.match(status.message!, /there is no user '/);
    }
  });

  assert.ok(!existsSync("/evil"));
  // each line of the log is one JSON text, whatever was in it
  for (const line of local.log.filter((text) => text.startsWith("{"))) JSON.parse(line);
  framework.disconnect();
});

function directories(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function findNames(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).map(({ name }) => name);
}

/** Addresses that host-local has given away. */
function taken(workspace: Workspace): string[] {
  return findNames(workspace.addressDir).filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name));
}
